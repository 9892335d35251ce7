import { describe, expect, it } from 'vitest';
import type { ThresholdOutcome } from '@/api/schema';
import { linear, ticksOf } from '@/canvas/figures/scale';
import { bestF1, measuresOf, outcomeAt, positiveShare, precisionRecallCurve, rocCurve } from './curves';

const outcome = (threshold: number, tp: number, fp: number): ThresholdOutcome => ({
  threshold,
  true_positives: tp,
  false_positives: fp,
  true_negatives: 6 - fp,
  false_negatives: 4 - tp,
});
const outcomes = [outcome(0.9, 2, 0), outcome(0.6, 3, 1), outcome(0.2, 4, 4)];

describe('thresholds', () => {
  it('are measured as people speak of them', () => {
    expect(measuresOf(outcome(0.6, 3, 1))).toEqual({
      threshold: 0.6,
      precision: 0.75,
      recall: 0.75,
      falsePositiveRate: 1 / 6,
      f1: 0.75,
      accuracy: 0.8,
    });
    expect(measuresOf(outcome(1, 0, 0)).precision).toBeNull();
  });

  it('draw curves from nobody to everybody', () => {
    expect(rocCurve(outcomes)[0]).toEqual([0, 0]);
    expect(rocCurve(outcomes).at(-1)).toEqual([1, 1]);
    expect(precisionRecallCurve(outcomes)).toEqual([
      [0.5, 1],
      [0.75, 0.75],
      [1, 0.5],
    ]);
  });

  it('between two that are listed do what the higher one does', () => {
    expect(outcomeAt(outcomes, 0.7)).toEqual(outcome(0.7, 2, 0));
    expect(outcomeAt(outcomes, 0.6)).toEqual(outcome(0.6, 3, 1));
    expect(outcomeAt(outcomes, 0)).toEqual(outcome(0, 4, 4));
    expect(outcomeAt(outcomes, 0.95)).toEqual(outcome(0.95, 0, 0));
  });

  it('know the best F1 and the share of the positive class', () => {
    expect(bestF1(outcomes)).toBe(0.6);
    expect(positiveShare(outcomes)).toBe(0.4);
  });
});

describe('a scale', () => {
  it('has ticks at round numbers', () => {
    expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(-3.2, 7.9, 4)).toEqual([0, 5]);
    expect(ticksOf(2, 2, 4)).toEqual([2]);
  });
  it('maps its domain to pixels', () => expect(linear([0, 10], [100, 0])(5)).toBe(50));
});
