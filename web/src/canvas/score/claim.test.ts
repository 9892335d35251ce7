import { describe, expect, it } from 'vitest';
import type { ScoreReport } from '@/api/types';
import { claimOf, verdict } from './claim';

const score = (more: Partial<ScoreReport>) =>
  ({
    metric: 'roc_auc',
    higher_is_better: true,
    value: 0.8,
    low: 0.7,
    high: 0.9,
    baseline: 0.5,
    ...more,
  }) as ScoreReport;

describe('the score beside the claim', () => {
  it('reads the claim of the main metric', () => {
    expect(claimOf(score({ claimed: { roc_auc: 0.83 } }))).toBe(0.83);
    expect(claimOf(score({ claimed: { roc_auc: 'good' } }))).toBeNull();
    expect(claimOf(score({ claimed: null }))).toBeNull();
  });

  it('says when a claim is too good', () => {
    expect(verdict(score({}), 0.95)).toContain('trust the measurement');
    expect(verdict(score({}), 0.83)).toContain('within it');
    expect(verdict(score({}), 0.6)).toContain('more modest');
  });

  it('knows that less of an error is better', () => {
    const error = score({ metric: 'rmse', higher_is_better: false, value: 5, low: 4, high: 6, baseline: 9 });
    expect(verdict(error, 3)).toContain('trust the measurement');
    expect(verdict(error, null)).toContain('beats the baseline');
  });

  it('does not praise what a constant could do', () => {
    expect(verdict(score({ low: 0.45, high: 0.6, value: 0.52 }), null)).toContain('reaches the baseline');
    expect(verdict(score({ low: 0.3, high: 0.4, value: 0.35 }), null)).toContain('worse than a constant');
  });
});
