import type { ExperimentSummary } from '@/api/types';
import { STAGES } from '@/api/types';
import { useNow } from '@/lib/clock';
import { cn } from '@/lib/cn';
import { formatElapsed } from '@/lib/format';
import { STAGE_NAMES, stateWords } from '@/lib/words';

const COLORS: Readonly<Record<string, string>> = {
  done: 'bg-done',
  running: 'bg-accent animate-pulse',
  failed: 'bg-failed',
  cancelled: 'bg-warning',
};

/** The three stages of the newest session: a bar each, and in words what is going on. */
export function Progress({ experiment }: { experiment: ExperimentSummary }) {
  const runs = experiment.stages ?? [];
  const running = runs.find((run) => run.status === 'running');
  const now = useNow(running !== undefined);
  const words = running
    ? `${STAGE_NAMES[running.stage as keyof typeof STAGE_NAMES]} · ${formatElapsed((now - new Date(running.started_at).getTime()) / 1000)}`
    : stateWords(experiment.latest_state);
  return (
    <div className="flex min-w-0 items-center gap-2">
      <span aria-hidden className="flex shrink-0 gap-[3px]">
        {STAGES.map((stage) => {
          const run = runs.find((one) => one.stage === stage);
          return (
            <span
              key={stage}
              className={cn('h-1.5 w-4 rounded-full', (run && COLORS[run.status]) || 'bg-gray-5')}
            />
          );
        })}
      </span>
      <span
        className={cn(
          'number truncate text-small',
          experiment.latest_state === 'failed'
            ? 'text-failed-text'
            : running
              ? 'text-accent-text'
              : 'text-gray-11',
        )}
      >
        {words}
      </span>
    </div>
  );
}
