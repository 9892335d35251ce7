import { useView } from '@/live/store';
import { useStart } from '@/session/actions';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Empty, SkeletonText } from '@/ui/states';

/** Before anything happened: the one action. */
export function Welcome() {
  const { store, session } = useStudio();
  const known = useView(store, (view) => view.lastSeq);
  const start = useStart();
  // Its log is still on its way.
  if (known < session.last_seq) return <SkeletonText lines={8} className="grow p-5" />;
  return (
    <Empty
      className="grow"
      title="Nothing has run yet"
      action={
        <Button
          look="primary"
          size="large"
          disabled={start.isPending}
          onClick={() => start.mutate({ stage: null })}
        >
          Run all three stages
        </Button>
      }
    >
      The agent explores the data, prepares it and trains models on it. You watch every step here and can step
      in at any time.
    </Empty>
  );
}
