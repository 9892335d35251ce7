import { describe, expect, it } from 'vitest';
import type { SessionDetail } from '@/api/types';
import { emptyView, type SessionView } from '@/live/view';
import { bestOf, compareRows } from './rows';

const session = (model: string) =>
  ({ runs: [{ model }], options: {}, experiment: { instructions: '' } }) as unknown as SessionDetail;
const scored = (metrics: Record<string, number>) =>
  ({
    ...emptyView('s'),
    score: { metric: 'rmse', metrics, low: 1, high: 2, baseline: 9, rows: 100, problem_type: 'regression' },
  }) as unknown as SessionView;

describe('what is compared', () => {
  it('begins with the main metric, and marks the better of each', () => {
    const [measured] = compareRows(
      [
        { session: session('a'), view: scored({ r2: 0.8, rmse: 3 }) },
        { session: session('b'), view: scored({ r2: 0.9, rmse: 2 }) },
      ],
      [],
    );
    expect(measured?.rows.map((row) => [row.name, row.best])).toEqual([
      ['RMSE', 1],
      ['R²', 1],
      ['Baseline', null],
    ]);
    expect(measured?.rows[0]?.notes).toEqual(['1 to 2', '1 to 2']);
  });
  it('leaves out what no session has', () => {
    const all = compareRows([{ session: session('a'), view: emptyView('s') }], []);
    expect(all.flatMap((group) => group.rows.map((row) => row.name))).toEqual(['Model', 'Steps']);
  });
  it('has no best where all are the same or alone', () => {
    expect(bestOf([1, 1], false)).toBeNull();
    expect(bestOf([1, null], false)).toBeNull();
    expect(bestOf([1, null, 2], true)).toBe(0);
  });
});
