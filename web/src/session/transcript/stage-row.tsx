import { ChevronRight } from 'lucide-react';
import { useNow } from '@/lib/clock';
import { cn } from '@/lib/cn';
import { formatDuration, formatElapsed, formatTime } from '@/lib/format';
import { STAGE_NAMES } from '@/lib/words';
import type { RunView, StageItem } from '@/live/view';
import { Badge, type Meaning, StatusDot } from '@/ui/badge';

const MEANING: Readonly<Record<RunView['status'], Meaning>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'warning',
};
const WORDS: Readonly<Record<RunView['status'], string>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'stopped',
};

/** The heading of a run, which folds what belongs to it. */
export function StageRow({
  item,
  run,
  folded,
  onToggle,
}: {
  item: StageItem;
  run: RunView | null;
  folded: boolean;
  onToggle: () => void;
}) {
  const running = run?.status === 'running';
  const now = useNow(running);
  const seconds = run
    ? ((run.endedAt ? new Date(run.endedAt).getTime() : now) - new Date(run.startedAt).getTime()) / 1000
    : 0;
  return (
    <button
      type="button"
      aria-expanded={!folded}
      onClick={onToggle}
      title={formatTime(item.at)}
      className="flex h-9 w-full items-center gap-2 rounded-md px-1.5 text-left hover:bg-gray-3"
    >
      <ChevronRight
        size={14}
        className={cn('shrink-0 text-gray-9 transition-transform duration-120', !folded && 'rotate-90')}
      />
      <h2 className="font-[600] text-title">{STAGE_NAMES[item.stage]}</h2>
      {run && run.number > 1 && <span className="text-gray-10 text-small">run {run.number}</span>}
      {run && (
        <span className="flex items-center gap-1.5 text-gray-11 text-small">
          <StatusDot meaning={MEANING[run.status]} />
          {WORDS[run.status]}
          <span className="number text-gray-10">
            · {running ? formatElapsed(seconds) : formatDuration(seconds)}
          </span>
        </span>
      )}
      {run?.stale && <Badge meaning="warning">out of date</Badge>}
    </button>
  );
}
