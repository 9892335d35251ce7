import { STAGES, type Stage } from '@/api/types';
import type { RunView } from '@/live/view';

export interface StageState {
  stage: Stage;
  /** Its newest run, out of date or not. */
  run: RunView | null;
  /** What it counts as: a run that is out of date is not done. */
  status: 'todo' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Whether it can be started now, as the server decides it. */
  startable: boolean;
}

/** How the three stages stand, by their runs. */
export function stageStates(runs: readonly RunView[]): StageState[] {
  const busy = runs.some((run) => run.status === 'running');
  let before = true;
  return STAGES.map((stage) => {
    const run = runs.findLast((one) => one.stage === stage) ?? null;
    const current = run && !run.stale ? run : null;
    const state = {
      stage,
      run,
      status: current?.status ?? ('todo' as const),
      startable: before && !busy,
    };
    before = runs.some((one) => one.stage === stage && one.status === 'done' && !one.stale);
    return state;
  });
}
