import type { ThresholdOutcome } from '@/api/schema';

/** What a threshold means for those who use the model. */
export interface ThresholdMeasures {
  threshold: number;
  precision: number | null;
  recall: number;
  /** False positives among the truly negative. */
  falsePositiveRate: number;
  f1: number;
  accuracy: number;
}

export function measuresOf(outcome: ThresholdOutcome): ThresholdMeasures {
  const { true_positives: tp, false_positives: fp, true_negatives: tn, false_negatives: fn } = outcome;
  const recall = tp + fn > 0 ? tp / (tp + fn) : 0;
  return {
    threshold: outcome.threshold,
    precision: tp + fp > 0 ? tp / (tp + fp) : null,
    recall,
    falsePositiveRate: fp + tn > 0 ? fp / (fp + tn) : 0,
    f1: 2 * tp + fp + fn > 0 ? (2 * tp) / (2 * tp + fp + fn) : 0,
    accuracy: (tp + tn) / Math.max(1, tp + fp + tn + fn),
  };
}

/** False positive rate and recall at each threshold, from nobody to everybody. */
export function rocCurve(outcomes: readonly ThresholdOutcome[]): [number, number][] {
  const points = outcomes.map(measuresOf).map((at): [number, number] => [at.falsePositiveRate, at.recall]);
  return [[0, 0], ...points, [1, 1]];
}

/** Recall and precision at each threshold that anything is found with. */
export function precisionRecallCurve(outcomes: readonly ThresholdOutcome[]): [number, number][] {
  return outcomes
    .map(measuresOf)
    .flatMap((at): [number, number][] => (at.precision === null ? [] : [[at.recall, at.precision]]));
}

/** The outcome of a threshold: that of the lowest one listed that is not below it, for no row lies between. */
export function outcomeAt(outcomes: readonly ThresholdOutcome[], threshold: number): ThresholdOutcome | null {
  let found: ThresholdOutcome | null = null;
  for (const outcome of outcomes) {
    if (outcome.threshold < threshold) break;
    found = outcome;
  }
  if (found) return { ...found, threshold };
  const first = outcomes[0];
  if (!first) return null;
  // Above the highest probability nothing is found.
  return {
    threshold,
    true_positives: 0,
    false_positives: 0,
    true_negatives: first.true_negatives + first.false_positives,
    false_negatives: first.false_negatives + first.true_positives,
  };
}

/** The threshold with the best F1. */
export function bestF1(outcomes: readonly ThresholdOutcome[]): number {
  let best = outcomes[0];
  for (const outcome of outcomes) if (best && measuresOf(outcome).f1 > measuresOf(best).f1) best = outcome;
  return best?.threshold ?? 0.5;
}

/** The share of the positive class: the precision of saying yes to everybody. */
export function positiveShare(outcomes: readonly ThresholdOutcome[]): number {
  const first = outcomes[0];
  if (!first) return 0;
  const positive = first.true_positives + first.false_negatives;
  return positive / Math.max(1, positive + first.true_negatives + first.false_positives);
}
