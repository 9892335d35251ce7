import { Cloud, CloudAlert } from 'lucide-react';
import { formatOf } from '@/lib/format';
import { STAGE_NAMES } from '@/lib/words';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Tooltip } from '@/ui/tooltip';

/** Whether what the stages made is in S3, where that is copied at all. */
export function CopyMark() {
  const { store } = useStudio();
  const copies = useView(store, (view) => view.copies);
  const all = Object.values(copies);
  if (all.length === 0) return null;
  const waiting = all.find((copy) => copy.error !== null);
  const words = waiting
    ? `The copy of ${STAGE_NAMES[waiting.stage]} to S3 waits and is tried again: ${waiting.error}`
    : all
        .map((copy) => `${STAGE_NAMES[copy.stage]}: ${formatOf(copy.files, 'file')} in ${copy.address}`)
        .join('; ');
  return (
    <Tooltip text={words}>
      <button
        type="button"
        aria-label={waiting ? 'The copy to S3 waits' : 'Copied to S3'}
        className={waiting ? 'rounded-sm text-warning-text' : 'rounded-sm text-gray-9'}
      >
        {waiting ? <CloudAlert size={15} /> : <Cloud size={15} />}
      </button>
    </Tooltip>
  );
}
