import { Link } from '@tanstack/react-router';
import type { ExperimentSummary } from '@/api/types';
import { cn } from '@/lib/cn';
import { formatAgo, formatOf, formatTime, formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';
import { SelectBox } from '@/ui/select-box';
import { ExperimentMenu } from './experiment-menu';
import { Score, Shape } from './facts';
import { useFirstScreen } from './first-screen';
import { Progress } from './progress';
import type { Selection } from './selection';
import { Sparkline } from './sparkline';

export function Cards({
  experiments,
  selection,
}: {
  experiments: readonly ExperimentSummary[];
  selection: Selection;
}) {
  const shown = useFirstScreen(experiments);
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(280px,1fr))] gap-3">
      {shown.map((experiment) => (
        <Card key={experiment.id} experiment={experiment} selection={selection} />
      ))}
    </ul>
  );
}

function Card({ experiment, selection }: { experiment: ExperimentSummary; selection: Selection }) {
  const { sparkline, score } = experiment;
  const chosen = selection.has(experiment.id);
  const last = sparkline?.values.at(-1);
  return (
    <li
      className={cn(
        'group relative flex min-h-[132px] flex-col gap-2 rounded-md border bg-surface p-3 transition-colors duration-120 hover:border-gray-7',
        chosen && 'border-accent hover:border-accent',
      )}
    >
      <div className="flex items-center gap-1">
        <ExperimentLink
          experiment={experiment}
          className="min-w-0 grow truncate font-[580] after:absolute after:inset-0 after:rounded-md"
        />
        <div className="-mr-1 relative z-10 flex items-center gap-1">
          <SelectBox
            checked={chosen}
            onChange={(to) => selection.set(experiment.id, to)}
            label={`Select ${experiment.name}`}
            className={cn(
              'opacity-0 focus-visible:opacity-100 group-hover:opacity-100 max-sm:opacity-100',
              (chosen || selection.size > 0) && 'opacity-100',
            )}
          />
          <ExperimentMenu experiment={experiment} />
        </div>
      </div>
      <Progress experiment={experiment} />
      <p className="truncate text-gray-11 text-small">
        <Shape experiment={experiment} />
      </p>
      <div className="mt-auto flex h-6 items-center justify-between gap-3">
        {score ? (
          <Score experiment={experiment} />
        ) : sparkline && last !== undefined ? (
          <span className="truncate text-gray-11 text-small">
            {metricName(sparkline.metric)} <span className="mono text-gray-12">{formatValue(last)}</span>
          </span>
        ) : (
          <span className="text-gray-10 text-small">No score yet</span>
        )}
        {sparkline && <Sparkline values={sparkline.values} label={`${sparkline.metric} as it went`} />}
      </div>
      <p className="flex items-center justify-between gap-2 text-gray-10 text-small">
        <span className="truncate">
          {formatOf(experiment.session_count ?? 1, 'session')}
          {experiment.model && ` · ${experiment.model}`}
        </span>
        <time
          dateTime={experiment.created_at}
          title={formatTime(experiment.updated_at ?? experiment.created_at)}
          className="shrink-0"
        >
          {formatAgo(experiment.updated_at ?? experiment.created_at)}
        </time>
      </p>
    </li>
  );
}

/** Leads to the newest session, which is what one comes for. */
export function ExperimentLink({
  experiment,
  className,
}: {
  experiment: ExperimentSummary;
  className?: string;
}) {
  return experiment.latest_session_id ? (
    <Link to="/sessions/$id" params={{ id: experiment.latest_session_id }} className={className}>
      {experiment.name}
    </Link>
  ) : (
    <Link to="/experiments/$id" params={{ id: experiment.id }} className={className}>
      {experiment.name}
    </Link>
  );
}
