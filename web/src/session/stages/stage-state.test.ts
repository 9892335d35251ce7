import { describe, expect, it } from 'vitest';
import type { RunView } from '@/live/view';
import { stageStates } from './stage-state';

const run = (stage: RunView['stage'], status: RunView['status'], stale = false) =>
  ({ stage, status, stale }) as RunView;
const told = (...runs: RunView[]) =>
  stageStates(runs).map(({ status, startable }) => `${status}${startable ? ' can start' : ''}`);

describe('stageStates', () => {
  it('lets the first start, and each when the one before is done', () => {
    expect(told()).toEqual(['todo can start', 'todo', 'todo']);
    expect(told(run('eda', 'done'))).toEqual(['done can start', 'todo can start', 'todo']);
    expect(told(run('eda', 'done'), run('prep', 'failed'))).toEqual([
      'done can start',
      'failed can start',
      'todo',
    ]);
  });
  it('lets nothing start while one runs', () => {
    expect(told(run('eda', 'done'), run('prep', 'running'))).toEqual(['done', 'running', 'todo']);
  });
  it('does not count what is out of date', () => {
    expect(told(run('eda', 'done', true), run('prep', 'done', true), run('eda', 'done'))).toEqual([
      'done can start',
      'todo can start',
      'todo',
    ]);
  });
});
