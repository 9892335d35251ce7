import { describe, expect, it } from 'vitest';
import { reduce } from '@/live/reduce';
import { emptyView } from '@/live/view';
import { richCards } from './groups';

const cards = (...logs: object[]) =>
  richCards(
    reduce(
      emptyView('s'),
      logs.map((data, index) => ({ type: 'rich_log', data: { stage: 'train', ...data }, seq: index + 1 })),
    ).richLogs.values(),
  );

describe('what is logged beside the metrics', () => {
  it('keeps the newest of a name in its place', () => {
    const found = cards(
      { kind: 'image', name: 'a', step: 1, data: { path: '/s/1.png' } },
      { kind: 'confusion', name: 'c', data: { labels: ['x'], matrix: [[3]] } },
      { kind: 'image', name: 'a', step: 2, data: { path: '/s/2.png', caption: 'Second' } },
    );
    expect(found.map((card) => [card.kind, card.step])).toEqual([
      ['image', 2],
      ['confusion', null],
    ]);
    expect(found[0]).toMatchObject({ path: '/s/2.png', caption: 'Second', version: 2 });
  });

  it('draws the curves of one name and several runs in one picture', () => {
    const curve = (run: string) => ({
      kind: 'curve',
      name: 'roc',
      run_tag: run,
      data: { x: [0, 1], y: [0, null] },
    });
    const [card, ...others] = cards(curve('a'), curve('b'));
    expect(others).toEqual([]);
    expect(card).toMatchObject({ title: 'roc', curves: [{ run: 'a' }, { run: 'b' }] });
  });

  it('leaves out what has not the shape of its kind', () =>
    expect(
      cards(
        { kind: 'image', name: 'a', data: {} },
        { kind: 'table', name: 'b', data: { columns: 'x', rows: [] } },
        { kind: 'confusion', name: 'c', data: null },
        { kind: 'video', name: 'd', data: {} },
      ),
    ).toEqual([]));
});
