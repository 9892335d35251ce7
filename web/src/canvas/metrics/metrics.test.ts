import { describe, expect, it } from 'vitest';
import { Series } from '@/live/series';
import { BestSoFar } from './best';
import { groupCharts, looksOf } from './groups';
import { lowerIsBetter, splitOf } from './names';
import { extent, thin } from './thin';
import { Track } from './track';

const series = (name: string, run: string | null, ...values: (number | null)[]) =>
  Series.start({ stage: 'train', run, name }).add(values.map((value, step) => [step, value] as const));

describe('what a metric is', () => {
  it.each([
    ['train_loss', 'loss', 'train'],
    ['val_loss', 'loss', 'val'],
    ['loss/validation', 'loss', 'val'],
    ['eval.roc_auc', 'roc_auc', 'val'],
    ['cv_roc_auc', 'cv_roc_auc', null],
    ['loss', 'loss', null],
    ['train', 'train', null],
  ])('%s measures %s on %s', (name, family, split) => expect(splitOf(name)).toEqual({ family, split }));

  it.each([
    ['val_loss', true],
    ['rmse', true],
    ['logloss', true],
    ['train_mae', true],
    ['roc_auc', false],
    ['accuracy', false],
    ['neg_log_loss', false],
  ])('less of %s is better: %s', (name, lower) => expect(lowerIsBetter(name)).toBe(lower));
});

describe('grouping', () => {
  it('puts train and val of the same thing into one chart', () => {
    const groups = groupCharts(
      [series('train_loss', 'a', 2, 1), series('val_loss', 'a', 3, 2), series('lr', 'a', 1, 1)],
      null,
    );
    expect(groups.map((group) => [group.title, group.series.length])).toEqual([
      ['loss', 2],
      ['lr', 1],
    ]);
  });

  it('keeps the order of the agent, and puts what it left out behind', () => {
    const groups = groupCharts(
      [series('a', null, 1, 2), series('b', null, 1, 2), series('c', null, 1, 2)],
      [{ title: 'Second first', metrics: ['b', 'missing'], type: 'line' }],
    );
    expect(groups.map((group) => group.title)).toEqual(['Second first', 'a', 'c']);
  });

  it('draws values that came once as bars', () =>
    expect(groupCharts([series('auc', 'x', 1), series('auc', 'y', 2)], null)[0]?.type).toBe('bar'));

  it('names series by what tells them apart', () => {
    const looks = looksOf([
      series('train_loss', 'x', 1),
      series('val_loss', 'x', 1),
      series('train_loss', 'y', 1),
      series('val_loss', 'y', 1),
    ]);
    expect(looks.map(({ label }) => label)).toEqual([
      'x · train_loss',
      'x · val_loss',
      'y · train_loss',
      'y · val_loss',
    ]);
    expect(looks.map(({ color, dash }) => [color, dash])).toEqual([
      [1, true],
      [1, false],
      [2, true],
      [2, false],
    ]);
    expect(looksOf([series('loss', 'x', 1), series('loss', 'y', 1)]).map(({ label }) => label)).toEqual([
      'x',
      'y',
    ]);
  });
});

describe('a track', () => {
  it('takes in only what is new, and all again when points came late', () => {
    let one = series('loss', null, 3, 2);
    const track = new Track().follow(one);
    one = one.add([[2, 1]]);
    expect([...track.follow(one).values.slice(0, 3)]).toEqual([3, 2, 1]);
    one = one.add([[1, 9]]);
    expect([...track.follow(one).values.slice(0, 3)]).toEqual([3, 9, 1]);
  });

  it('smooths without being drawn to zero at its start', () => {
    const track = new Track().follow(series('loss', null, 10, 10, null, 10));
    const smooth = track.smooth(0.9);
    expect(smooth[0]).toBeCloseTo(10);
    expect(smooth[1]).toBeCloseTo(10);
    expect(smooth[2]).toBeNaN();
    expect(smooth[3]).toBeCloseTo(10);
  });

  it('finds the point nearest to a step', () => {
    const track = new Track().follow(
      Series.start({ stage: 's', run: null, name: 'n' }).add([
        [0, 1],
        [10, 1],
        [30, 1],
      ]),
    );
    expect([-5, 4, 6, 19, 21, 99].map((step) => track.nearest(step))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe('thinning', () => {
  const curve = (one: Series) => {
    const track = new Track().follow(one);
    return { track, values: track.values };
  };

  it('joins series of different steps, keeping gaps and spanning what is not there', () => {
    const one = curve(
      Series.start({ stage: 's', run: null, name: 'a' }).add([
        [0, 1],
        [2, null],
        [4, 3],
      ]),
    );
    const other = curve(
      Series.start({ stage: 's', run: null, name: 'b' }).add([
        [1, 5],
        [4, 6],
      ]),
    );
    expect(thin([one, other], { min: 0, max: 4 }, 100, false)).toEqual([
      [0, 1, 2, 4],
      [1, undefined, null, 3],
      [undefined, 5, undefined, 6],
    ]);
  });

  it('keeps the one peak among 100,000 points, in a few milliseconds', () => {
    const values = Array.from({ length: 100_000 }, (_, at) => (at === 54_321 ? 99 : Math.sin(at / 500)));
    const one = curve(series('loss', null, ...values));
    const before = performance.now();
    const [x, column] = thin([one], { min: 0, max: 99_999 }, 600, false);
    expect(performance.now() - before).toBeLessThan(50);
    expect(x).toHaveLength(1200);
    expect(Math.max(...(column as number[]).filter((value) => value !== undefined))).toBe(99);
  });

  it('draws all points of a part that is small enough', () => {
    const one = curve(series('loss', null, ...Array.from({ length: 100_000 }, (_, at) => at)));
    const [x] = thin([one], { min: 500, max: 600 }, 600, false);
    expect(x).toHaveLength(103);
  });

  it('leaves out what has no logarithm', () => {
    const one = curve(series('loss', null, 1, 0, -1, 2));
    expect(thin([one], { min: 0, max: 3 }, 100, true)[1]).toEqual([1, null, null, 2]);
  });

  it('spans all curves', () => {
    expect(extent([curve(series('a', null, 1, 2, 3)), curve(series('b', null))])).toEqual({ min: 0, max: 2 });
    expect(extent([])).toBeNull();
  });
});

describe('the best value', () => {
  it('is the lowest of a loss, the highest of a score, and none of a learning rate', () => {
    expect(new BestSoFar().of(series('val_loss', null, 3, 1, null, 2))).toEqual({ step: 1, value: 1 });
    expect(new BestSoFar().of(series('accuracy', null, 3, 1, 2))).toEqual({ step: 0, value: 3 });
    expect(new BestSoFar().of(series('lr', null, 3, 1))).toBeNull();
  });
});
