import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft, Play, Square } from 'lucide-react';
import { Suspense, useState } from 'react';
import { modelsQuery } from '@/api/queries';
import { STAGES, type Stage } from '@/api/types';
import { formatCost, formatShort } from '@/lib/format';
import { part } from '@/lib/part';
import { useView } from '@/live/store';
import { isBusy } from '@/live/view';
import { useStart, useStop } from '@/session/actions';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Tooltip } from '@/ui/tooltip';
import { costOf, tokensOf } from './cost';
import { StageButton } from './stage-button';
import { stageStates } from './stage-state';

const StartDialog = part(() => import('./start-dialog').then((module) => ({ default: module.StartDialog })));

/** The one place to start, stop and re-run: state, elapsed time and cost of each stage. */
export function StageBar() {
  const { store, session } = useStudio();
  const runs = useView(store, (view) => view.runs);
  const [dialog, setDialog] = useState<{ stage: Stage | null } | null>(null);
  const states = stageStates(runs);
  const loses = (stage: Stage | null) =>
    stage === null
      ? []
      : STAGES.slice(STAGES.indexOf(stage)).filter((one) =>
          states.some((state) => state.stage === one && state.status === 'done'),
        );
  return (
    <>
      <Link
        to="/experiments/$id"
        params={{ id: session.experiment_id }}
        className="flex min-w-0 items-center gap-0.5 rounded-sm font-[550] hover:text-accent-text max-md:hidden"
      >
        <ChevronLeft size={15} className="shrink-0 text-gray-9" />
        <span className="max-w-[22ch] truncate">{session.experiment.name}</span>
      </Link>
      <ol aria-label="Stages" className="flex min-w-0 items-center md:ml-3">
        {states.map((state, index) => (
          <li key={state.stage} className="flex items-center">
            {index > 0 && <span aria-hidden className="h-px w-3 bg-gray-6 max-sm:hidden md:w-5" />}
            <StageButton state={state} onOptions={() => setDialog({ stage: state.stage })} />
          </li>
        ))}
      </ol>
      <div className="ml-auto flex shrink-0 items-center gap-3">
        <Spent />
        <MainAction
          done={states.every((state) => state.status === 'done')}
          onOptions={() => setDialog({ stage: null })}
        />
      </div>
      {dialog && (
        <Suspense>
          <StartDialog stage={dialog.stage} loses={loses(dialog.stage)} onClose={() => setDialog(null)} />
        </Suspense>
      )}
    </>
  );
}

/** Stop while something runs, else go on with what is left. */
function MainAction({ done, onOptions }: { done: boolean; onOptions: () => void }) {
  const { store } = useStudio();
  const begun = useView(store, (view) => view.state !== 'created');
  const busy = useView(store, isBusy);
  const start = useStart();
  const stop = useStop();
  if (busy) {
    return (
      <Button look="danger" disabled={stop.isPending} onClick={() => stop.mutate()}>
        <Square size={11} className="fill-current" /> {stop.isPending ? 'Stopping…' : 'Stop'}
      </Button>
    );
  }
  if (done) return null;
  return (
    <Tooltip text="Every stage that is not done, one after the other. Alt-click to choose a model and a budget.">
      <Button
        look="primary"
        disabled={start.isPending}
        onClick={(event) => (event.altKey ? onOptions() : start.mutate({ stage: null }))}
      >
        <Play size={12} className="fill-current" /> {begun ? 'Go on' : 'Run all'}
      </Button>
    </Tooltip>
  );
}

function Spent() {
  const { store, session } = useStudio();
  const usage = useView(store, (view) => view.usage);
  const model = useView(store, (view) => view.runs.at(-1)?.model ?? null);
  const { data: models } = useQuery(modelsQuery);
  const tokens = tokensOf(usage);
  const cost = models ? costOf(usage, models) : null;
  const name = model ?? session.runs.at(-1)?.model;
  const limit = session.run_options.session_budget?.cost_usd ?? session.run_options.budget?.cost_usd;
  if (!name) return null;
  return (
    <div className="number flex items-center gap-1.5 whitespace-nowrap text-gray-10 text-small max-lg:hidden">
      <span className="text-gray-11">{name}</span>
      {tokens > 0 && (
        <>
          {cost !== null && (
            <span>
              · {formatCost(cost)}
              {limit != null && ` of ${formatCost(limit)}`}
            </span>
          )}
          <span>· {formatShort(tokens)} tok</span>
        </>
      )}
    </div>
  );
}
