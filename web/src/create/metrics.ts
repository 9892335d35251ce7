/** The metrics that the host measures, the default first; as in docs/agents.md. */
export const METRICS: Readonly<Record<string, readonly string[]>> = {
  binary: ['roc_auc', 'accuracy', 'balanced_accuracy', 'f1', 'f1_macro', 'log_loss', 'brier_score'],
  multiclass: ['accuracy', 'balanced_accuracy', 'f1_macro', 'roc_auc', 'log_loss'],
  regression: ['rmse', 'mae', 'r2'],
};

export const PROBLEMS: readonly { value: string; label: string }[] = [
  { value: 'binary', label: 'Yes or no (binary)' },
  { value: 'multiclass', label: 'One of several (multi-class)' },
  { value: 'regression', label: 'A number (regression)' },
];

/** What a target of this type most likely asks for; null where the agent should see for itself. */
export function likelyProblem(column: { type: string; distinct?: number | null } | undefined): string | null {
  if (!column) return null;
  if (column.type === 'boolean' || column.distinct === 2) return 'binary';
  if (column.type === 'category') return 'multiclass';
  if (column.type === 'number') return 'regression';
  return null;
}
