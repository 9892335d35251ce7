import {
  Bot,
  Check,
  FileText,
  Play,
  RotateCcw,
  ShieldCheck,
  SlidersHorizontal,
  Square,
  X,
} from 'lucide-react';
import { useNow } from '@/lib/clock';
import { cn } from '@/lib/cn';
import { formatDuration, formatElapsed } from '@/lib/format';
import { STAGE_NAMES } from '@/lib/words';
import type { RunView } from '@/live/view';
import { useStart, useStop, useTakeOver } from '@/session/actions';
import { useStudio } from '@/session/context';
import { StatusDot } from '@/ui/badge';
import { Menu, MenuItem, MenuLine } from '@/ui/menu';
import { useLeftBehind } from './left-behind';
import type { StageState } from './stage-state';

const WORDS: Readonly<Record<StageState['status'], string>> = {
  todo: 'not started',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'stopped',
};

/** A stage in the bar, with what can be done to it. */
export function StageButton({ state, onOptions }: { state: StageState; onOptions: () => void }) {
  const { show } = useStudio();
  const start = useStart();
  const stop = useStop();
  const takeOver = useTakeOver();
  const left = useLeftBehind();
  const { stage, run, status, startable } = state;
  const name = STAGE_NAMES[stage];
  const stale = Boolean(run?.stale);
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className={cn(
            'flex h-7 items-center gap-1.5 rounded-md px-2 text-small transition-colors duration-120 hover:bg-gray-4 data-[state=open]:bg-gray-4',
            status === 'todo' ? 'text-gray-10' : 'text-gray-12',
          )}
        >
          <StageMark status={status} />
          <span className="font-[550]">
            {name}
            <span className="sr-only">
              {' '}
              {stale ? `${WORDS[status]}, an earlier run is out of date` : WORDS[status]}
            </span>
          </span>
          {run && !stale && <Elapsed run={run} />}
        </button>
      }
    >
      {status === 'running' ? (
        <MenuItem icon={<Square size={13} />} danger onSelect={() => stop.mutate()}>
          Stop {name}
        </MenuItem>
      ) : (
        <>
          <MenuItem
            icon={run ? <RotateCcw size={14} /> : <Play size={14} />}
            disabled={!startable}
            onSelect={() => start.mutate({ stage })}
          >
            {run ? `Run ${name} again` : `Run ${name}`}
          </MenuItem>
          <MenuItem icon={<SlidersHorizontal size={14} />} disabled={!startable} onSelect={onOptions}>
            Run with…
          </MenuItem>
          {left === stage && (
            <MenuItem icon={<Bot size={14} />} onSelect={() => takeOver.mutate(stage)}>
              Let autopilot go on
            </MenuItem>
          )}
        </>
      )}
      <MenuLine />
      <MenuItem icon={<FileText size={14} />} disabled={!run} onSelect={() => show({ tab: 'report', stage })}>
        Report
      </MenuItem>
      <MenuItem
        icon={<ShieldCheck size={14} />}
        disabled={!run}
        onSelect={() => show({ tab: 'checks', stage })}
      >
        Checks
      </MenuItem>
    </Menu>
  );
}

function StageMark({ status }: { status: StageState['status'] }) {
  switch (status) {
    case 'done':
      return <Check size={14} strokeWidth={2.4} className="text-done" />;
    case 'failed':
      return <X size={14} strokeWidth={2.4} className="text-failed" />;
    case 'cancelled':
      return <StatusDot meaning="warning" />;
    case 'running':
      return <StatusDot meaning="running" />;
    default:
      return <StatusDot meaning="none" />;
  }
}

function Elapsed({ run }: { run: RunView }) {
  const { session } = useStudio();
  const running = run.status === 'running';
  const now = useNow(running);
  const seconds =
    ((run.endedAt ? new Date(run.endedAt).getTime() : now) - new Date(run.startedAt).getTime()) / 1000;
  const budget = session.runs.find(
    (one) => one.stage === run.stage && one.number === run.number,
  )?.budget_seconds;
  return (
    <span className={cn('number max-sm:hidden', running ? 'text-accent-text' : 'text-gray-10')}>
      {running ? formatElapsed(seconds) : formatDuration(seconds)}
      {running && budget != null && <span className="text-gray-10"> of {formatDuration(budget)}</span>}
    </span>
  );
}
