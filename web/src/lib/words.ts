import type { Stage } from '@/api/types';

/** How the wire's names are said to people. */
export const STAGE_NAMES: Readonly<Record<Stage, string>> = { eda: 'EDA', prep: 'Prep', train: 'Train' };

export const STAGE_VERBS: Readonly<Record<Stage, string>> = {
  eda: 'Explore the data',
  prep: 'Prepare the data',
  train: 'Train models',
};

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'done',
  error: 'failed',
  timeout: 'ran out of time',
  cancelled: 'stopped',
  out_of_memory: 'out of memory',
  output_limit: 'wrote too much',
  cpu_limit: 'used too much CPU time',
  disk_limit: 'filled the disk',
  file_limit: 'wrote too large a file',
  process_limit: 'started too many processes',
  lost: 'interrupted',
};

export const outcomeWords = (outcome: string | null) => OUTCOMES[outcome ?? ''] ?? outcome ?? '';

/** `train_done` → `Train done`. */
export function stateWords(state: string | null | undefined): string {
  if (!state) return 'No session';
  if (state === 'created') return 'Not started';
  if (state === 'failed') return 'Failed';
  if (state === 'cancelled') return 'Stopped';
  const [stage, what] = state.split('_');
  const name = STAGE_NAMES[stage as Stage] ?? stage;
  return what === 'running' ? `${name} running` : `${name} done`;
}

const METRICS: Readonly<Record<string, string>> = {
  roc_auc: 'ROC AUC',
  accuracy: 'Accuracy',
  balanced_accuracy: 'Balanced accuracy',
  f1: 'F1',
  f1_macro: 'F1 macro',
  log_loss: 'Log loss',
  brier_score: 'Brier score',
  rmse: 'RMSE',
  mae: 'MAE',
  r2: 'R²',
};

export const metricName = (name: string) => METRICS[name] ?? name;
