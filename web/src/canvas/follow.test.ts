import { describe, expect, it } from 'vitest';
import { reduce } from '@/live/reduce';
import type { LiveEvent } from '@/live/sse';
import { emptyView } from '@/live/view';
import { newestTab } from './follow';

const view = (...events: [type: string, data: unknown][]) =>
  reduce(
    emptyView('s'),
    events.map(
      ([type, data], index): LiveEvent => ({
        type,
        data,
        seq: index + 1,
        created_at: new Date(index * 1000).toISOString(),
      }),
    ),
  );
const running = (stage: string): [string, unknown] => ['state_change', { state: `${stage}_running`, stage }];
const figure = (stage: string): [string, unknown] => [
  'file_created',
  { path: `/sessions/s/${stage}/figures/a.png`, name: 'a.png', type: 'file', stage },
];
const metric: [string, unknown] = [
  'metrics_batch',
  { items: [{ step: 0, name: 'loss', value: 1, stage: 'train', run_tag: null }] },
];
const report: [string, unknown] = ['report_ready', { stage: 'eda', content: '# Hello' }];

describe('the tab that opens by itself', () => {
  it('is the report before anything happened', () => expect(newestTab(emptyView('s'))).toBe('report'));

  it('is Files when the run has made a figure', () =>
    expect(newestTab(view(running('eda'), figure('eda')))).toBe('files'));

  it('is not Files for what an earlier run made', () =>
    expect(
      newestTab(
        view(running('eda'), figure('eda'), report, ['state_change', { state: 'eda_done' }], running('prep')),
      ),
    ).toBe('report'));

  it('is Metrics as soon as the run logs any', () =>
    expect(newestTab(view(running('train'), figure('train'), metric))).toBe('metrics'));

  it('is the report when a stage is done', () =>
    expect(
      newestTab(view(running('eda'), figure('eda'), report, ['state_change', { state: 'eda_done' }])),
    ).toBe('report'));

  it('is Checks when the referee found an error', () =>
    expect(
      newestTab(
        view(
          running('prep'),
          [
            'validation_result',
            { stage: 'prep', errors: ['train.parquet has nulls.'], warnings: [], passed: [] },
          ],
          ['state_change', { state: 'failed', stage: 'prep' }],
        ),
      ),
    ).toBe('checks'));
});
