import { describe, expect, it } from 'vitest';
import { reduce } from '@/live/reduce';
import { emptyView } from '@/live/view';
import { timeAxis } from './axis';
import { momentsOf } from './moments';

describe('an axis of time', () => {
  it('is even where something happens all the time', () => {
    const { place, time, folds } = timeAxis([{ from: 0, to: 100 }]);
    expect(place(25)).toBeCloseTo(0.25);
    expect(time(0.25)).toBeCloseTo(25);
    expect(folds).toEqual([]);
  });

  it('folds a night in which nothing happened', () => {
    const { place, folds, time } = timeAxis([
      { from: 0, to: 60_000 },
      { from: 10 * 3_600_000, to: 10 * 3_600_000 + 60_000 },
    ]);
    expect(folds).toHaveLength(1);
    expect(place(60_000)).toBeCloseTo(0.4875);
    expect(place(10 * 3_600_000)).toBeCloseTo(0.5125);
    expect(time(0.75)).toBeGreaterThan(10 * 3_600_000);
  });

  it('keeps short pauses', () =>
    expect(
      timeAxis([
        { from: 0, to: 60_000 },
        { from: 65_000, to: 120_000 },
      ]).folds,
    ).toEqual([]));

  it('takes a single moment', () => expect(timeAxis([{ from: 5, to: 5 }]).place(5)).toBe(0));
});

describe('moments', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const view = reduce(emptyView('s'), [
    { type: 'state_change', data: { state: 'eda_running', stage: 'eda' }, seq: 1, created_at: at(0) },
    {
      type: 'tool_start',
      data: { tool: 'execute_code', input: { code: '# Look at it\n1' }, call_id: 'c' },
      seq: 2,
      created_at: at(1),
    },
    {
      type: 'file_created',
      data: { path: '/s/a.png', name: 'a.png', type: 'file', stage: 'eda' },
      seq: 3,
      created_at: at(2),
    },
    {
      type: 'tool_end',
      data: { tool: 'execute_code', output: '', call_id: 'c', outcome: 'error' },
      seq: 4,
      created_at: at(5),
    },
    { type: 'state_change', data: { state: 'failed', stage: 'eda', reason: 'x' }, seq: 5, created_at: at(6) },
  ]);

  it('say what happened, when and for how long', () => {
    const moments = momentsOf(view);
    expect(moments.map(({ kind, from, to, meaning }) => [kind, from, to, meaning])).toEqual([
      ['stage', 0, 6000, 'failed'],
      ['step', 1000, 5000, 'failed'],
      ['file', 2000, 2000, 'none'],
    ]);
    expect(moments[1]?.title).toBe('Look at it');
  });
});
