import { describe, expect, it } from 'vitest';
import { reduce } from './reduce';
import { Series } from './series';
import type { LiveEvent } from './sse';
import { emptyView, type SessionView, type StepItem, type TextItem } from './view';

const SESSION = 'a-session';

/** A log: events get their numbers in order; deltas none. */
function log(...events: [type: string, data: unknown][]): LiveEvent[] {
  let seq = 0;
  return events.map(([type, data]) =>
    type === 'agent_message_delta'
      ? { type, data, session_id: SESSION }
      : {
          type,
          data,
          seq: ++seq,
          session_id: SESSION,
          created_at: `2026-11-25T10:00:${String(seq).padStart(2, '0')}.000000+00:00`,
        },
  );
}

const view = (events: LiveEvent[]): SessionView => reduce(emptyView(SESSION), events);

const RUN = log(
  ['state_change', { state: 'eda_running', stage: 'eda' }],
  ['agent_message_delta', { message_id: 'm1', offset: 0, text: 'I read ' }],
  ['agent_message_delta', { message_id: 'm1', offset: 7, text: 'the rows.' }],
  ['agent_message', { text: 'I read the rows.', message_id: 'm1', stage: 'eda' }],
  ['usage', { model: 'claude', input_tokens: 100, output_tokens: 20, cache_read_tokens: 40 }],
  [
    'tool_start',
    { tool: 'execute_code', input: { code: '# Look at the rows\nprint(1)' }, call_id: 'c1', stage: 'eda' },
  ],
  [
    'file_created',
    {
      path: '/sessions/s/eda/scripts/step_01_look.py',
      name: 'step_01_look.py',
      type: 'file',
      stage: 'eda',
      size: 9,
    },
  ],
  ['code_output', { stream: 'stdout', text: 'one\n', call_id: 'c1' }],
  ['code_output', { stream: 'stderr', text: 'careful\n', call_id: 'c1' }],
  ['metrics_batch', { items: [{ step: 1, name: 'auc', value: 0.5, stage: 'eda', run_tag: null }] }],
  [
    'file_created',
    { path: '/sessions/s/eda/figures/a.png', name: 'a.png', type: 'file', stage: 'eda', size: 9 },
  ],
  [
    'tool_end',
    {
      tool: 'execute_code',
      output: 'one',
      call_id: 'c1',
      outcome: 'ok',
      wall_seconds: 1.5,
      peak_memory_bytes: 5,
    },
  ],
  ['validation_result', { stage: 'eda', errors: [], warnings: ['w'], passed: ['p'] }],
  ['report_ready', { stage: 'eda', content: '# Report' }],
  ['state_change', { state: 'eda_done', stage: 'eda' }],
);

describe('reduce', () => {
  it('tells a stage from its start to its end', () => {
    const after = view(RUN);
    expect(after.state).toBe('eda_done');
    expect(after.runs).toMatchObject([
      {
        stage: 'eda',
        number: 1,
        status: 'done',
        stale: false,
        model: 'claude',
        usage: { input: 100, output: 20, cacheRead: 40 },
      },
    ]);
    expect(after.items.map((item) => item.kind)).toEqual(['stage', 'text', 'step', 'check', 'report']);
    expect(after.reports.eda).toBe('# Report');
    expect(after.checks.eda?.warnings).toEqual([{ code: '', message: 'w' }]);
  });

  it('gathers what a step wrote, made and cost', () => {
    const step = view(RUN).items.find((item) => item.kind === 'step') as StepItem;
    expect(step).toMatchObject({
      title: 'Look at the rows',
      script: '/sessions/s/eda/scripts/step_01_look.py',
      status: 'ok',
      wallSeconds: 1.5,
      peakMemoryBytes: 5,
    });
    expect(step.output.read()).toEqual([
      { stream: 'stdout', text: 'one\n' },
      { stream: 'stderr', text: 'careful\n' },
    ]);
    expect(step.output.lines).toBe(2);
    expect(step.files.map((file) => file.name)).toEqual(['a.png']);
  });

  it('comes to the same however the log is cut, and whatever comes twice', () => {
    const whole = view(RUN);
    for (let cut = 0; cut <= RUN.length; cut++) {
      const first = view(RUN.slice(0, cut));
      const overlapping = RUN.slice(Math.max(0, cut - 4));
      expect(reduce(first, overlapping)).toEqual(whole);
    }
  });

  it('leaves the view before as it was', () => {
    let now = emptyView(SESSION);
    const seen: { now: SessionView; copy: string }[] = [];
    const plain = (one: SessionView) =>
      JSON.stringify({
        ...one,
        items: one.items.map((item) =>
          item.kind === 'step' ? { ...item, output: item.output.text() } : item,
        ),
        series: [...one.series.values()].map((series) => series.values.slice(0, series.length)),
      });
    for (const event of RUN) {
      seen.push({ now, copy: plain(now) });
      now = reduce(now, [event]);
    }
    for (const one of seen) expect(plain(one.now)).toBe(one.copy);
  });

  it('joins streamed text by its offset, late or twice', () => {
    const delta = (offset: number, text: string): LiveEvent => ({
      type: 'agent_message_delta',
      data: { message_id: 'm', offset, text },
    });
    const after = view([
      delta(0, 'Hello '),
      delta(6, 'world'),
      delta(0, 'Hello wo'),
      delta(0, 'Hello world, again'),
    ]);
    expect((after.items[0] as TextItem).text).toBe('Hello world, again');
    expect((after.items[0] as TextItem).streaming).toBe(true);
  });

  it('takes back what a failed try had streamed', () => {
    const after = view(
      log(
        ['state_change', { state: 'eda_running', stage: 'eda' }],
        ['agent_message_delta', { message_id: 'm', offset: 0, text: 'Half a' }],
        [
          'model_retry',
          {
            message: 'Overloaded; asking again.',
            stage: 'eda',
            message_id: 'm',
            attempt: 2,
            attempts: 5,
            wait_seconds: 2,
          },
        ],
      ),
    );
    expect(after.items.map((item) => item.kind)).toEqual(['stage', 'notice']);
  });

  it('makes earlier runs of a stage and of later ones stale when it starts again', () => {
    const after = view(
      log(
        ['state_change', { state: 'eda_running', stage: 'eda' }],
        ['state_change', { state: 'eda_done', stage: 'eda' }],
        ['state_change', { state: 'prep_running', stage: 'prep' }],
        ['state_change', { state: 'failed', stage: 'prep', reason: 'no split' }],
        ['state_change', { state: 'eda_running', stage: 'eda' }],
      ),
    );
    expect(after.runs.map(({ stage, number, status, stale }) => [stage, number, status, stale])).toEqual([
      ['eda', 1, 'done', true],
      ['prep', 1, 'failed', true],
      ['eda', 2, 'running', false],
    ]);
    expect(after.runs[1]?.endReason).toBe('no split');
  });

  it('ends a step whose end was never said with its run', () => {
    const after = view(
      log(
        ['state_change', { state: 'eda_running', stage: 'eda' }],
        ['tool_start', { tool: 'execute_code', input: { code: 'x' }, call_id: 'c' }],
        ['state_change', { state: 'cancelled', stage: 'eda' }],
      ),
    );
    expect(after.items[1]).toMatchObject({ status: 'failed', outcome: 'cancelled' });
  });

  it('keeps points in order of steps, and the last value of each', () => {
    const points = (...of: [number, number | null][]) => ({
      items: of.map(([step, value]) => ({ step, value, name: 'loss', stage: 'train', run_tag: 'a' })),
    });
    const after = view(
      log(['metrics_batch', points([1, 1], [3, 3])], ['metrics_batch', points([2, 2], [3, 4], [4, null])]),
    );
    const series = after.series.get(Series.keyOf({ stage: 'train', run: 'a', name: 'loss' }));
    expect(series?.steps.slice(0, series.length)).toEqual([1, 2, 3, 4]);
    expect(series?.values.slice(0, series.length)).toEqual([1, 2, 4, null]);
    expect(series?.last).toBe(4);
    expect(after.points).toBe(5);
  });

  it('goes on past types that it does not know', () => {
    expect(
      view(log(['something_new', { a: 1 }], ['state_change', { state: 'eda_running', stage: 'eda' }]))
        .lastSeq,
    ).toBe(2);
  });

  it('keeps what was asked with what was answered, and knows when it is talked to', () => {
    const asked = log(
      ['chat_started', { run_id: 'r', stage: 'eda', model: 'm' }],
      [
        'question',
        { id: 'q1', kind: 'question', text: 'Drop them?', options: ['Drop', 'Keep'], stage: 'eda' },
      ],
      ['question', { id: 'q2', kind: 'approval', text: 'Run this?', code: 'print(1)', stage: 'eda' }],
      ['question_answered', { id: 'q1', by: 'user', answer: 'Keep', stage: 'eda' }],
      ['chat_ended', { run_id: 'r', stage: 'eda', status: 'failed', reason: 'The model is away.' }],
    );
    const before = view(asked.slice(0, 4));
    expect(before.chatting).toBe(true);
    expect(before.items).toMatchObject([
      {
        kind: 'question',
        asks: 'question',
        options: ['Drop', 'Keep'],
        answer: { by: 'user', answer: 'Keep' },
      },
      { kind: 'question', asks: 'approval', code: 'print(1)', answer: null },
    ]);
    const after = view(asked);
    expect(after.chatting).toBe(false);
    expect(after.items.at(-1)).toMatchObject({ kind: 'notice', level: 'error' });
  });
});

describe('copies in S3', () => {
  it('wait with their reason until they are there', () => {
    const waiting = view(log(['s3_sync_waiting', { stage: 'eda', error: 'S3 cannot be reached.' }]));
    expect(waiting.copies.eda).toEqual({
      stage: 'eda',
      error: 'S3 cannot be reached.',
      files: 0,
      address: null,
    });
    const done = view(
      log(
        ['s3_sync_waiting', { stage: 'eda', error: 'S3 cannot be reached.' }],
        ['s3_sync_complete', { stage: 'eda', files_synced: 4, s3_prefix: 'datasets/x/eda/', bucket: 'data' }],
      ),
    );
    expect(done.copies.eda).toEqual({
      stage: 'eda',
      error: null,
      files: 4,
      address: 's3://data/datasets/x/eda/',
    });
  });
});
