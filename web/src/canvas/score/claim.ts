import type { ScoreReport } from '@/api/types';
import { formatValue } from '@/lib/format';

/** What the agent says it reached on val, by the main metric; null when it says nothing. */
export function claimOf({ claimed, metric }: Pick<ScoreReport, 'claimed' | 'metric'>): number | null {
  const value = (claimed as Record<string, unknown> | null | undefined)?.[metric];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A sentence on what the score is worth: against the baseline, and against the claim. */
export function verdict(score: ScoreReport, claim: number | null): string {
  const beats = score.higher_is_better ? score.low > score.baseline : score.high < score.baseline;
  const worse = score.higher_is_better ? score.high < score.baseline : score.low > score.baseline;
  const first = beats
    ? 'The whole interval beats the baseline.'
    : worse
      ? 'The model does worse than a constant answer.'
      : 'The interval reaches the baseline: on these rows it is not certain that the model knows more than a constant.';
  const parts = [first];
  if (claim !== null) {
    if (claim >= score.low && claim <= score.high) parts.push('What the agent claims lies within it.');
    else {
      const optimistic = score.higher_is_better ? claim > score.high : claim < score.low;
      parts.push(
        optimistic
          ? `The agent's claim of ${formatValue(claim)} is better than what was measured: trust the measurement.`
          : `The agent's claim of ${formatValue(claim)} is more modest than what was measured.`,
      );
    }
  }
  if (score.test_set_was_open)
    parts.push('An earlier score on the same rows was known when this model was trained.');
  return parts.join(' ');
}
