import { describe, expect, it } from 'vitest';
import { chartOf, histogram } from './chart-of';
import { blockSql, blocksOf } from './pages';
import { cellText, quoted, typeName } from './tables';

describe('cells', () => {
  it.each([
    [null, null],
    [0.1 + 0.2, '0.3'],
    [12, '12'],
    ['', ''],
    [true, 'true'],
    [[1, 2], '[1,2]'],
  ])('%j is written as %j', (value, text) => expect(cellText(value)).toBe(text));
});

describe('reading a table in blocks', () => {
  it('asks for the blocks in view, and no more', () => {
    expect(blocksOf(0, 30, 0, 5)).toEqual([[0, 0]]);
    expect(blocksOf(190, 230, 55, 65)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  it('names only the columns of the block, quoted', () => {
    const columns = Array.from({ length: 5_000 }, (_, n) => `c"${n}`);
    const sql = blockSql('my table', columns, 1, `${quoted('a')} DESC`);
    expect(sql).toMatch(/^SELECT "c""60", .*"c""119" FROM "my table" ORDER BY "a" DESC NULLS LAST$/);
  });
});

describe('the chart of a result', () => {
  const result = (types: string[], rows: unknown[][]) => ({ types, rows, columns: types });

  it('is bars for groups, a line over time, points for two numbers, a histogram for one', () => {
    expect(chartOf(result(['VARCHAR', 'BIGINT'], [['a', 1]]))).toEqual({ kind: 'bars', x: 0, y: 1 });
    expect(chartOf(result(['DOUBLE', 'DATE'], [[1, '2020-01-01']]))).toEqual({ kind: 'line', x: 1, y: 0 });
    expect(
      chartOf(
        result(
          ['DOUBLE', 'DOUBLE'],
          [
            [2, 1],
            [1, 1],
          ],
        ),
      )?.kind,
    ).toBe('points');
    expect(
      chartOf(
        result(
          ['BIGINT', 'DOUBLE'],
          [
            [1, 5],
            [2, 1],
            [3, 9],
          ],
        ),
      )?.kind,
    ).toBe('line');
    expect(chartOf(result(['DOUBLE'], [[1]]))?.kind).toBe('histogram');
    expect(chartOf(result(['VARCHAR'], [['a']]))).toBeNull();
    expect(chartOf(result(['DOUBLE'], []))).toBeNull();
  });

  it('counts every value once', () => {
    const bins = histogram([0, 1, 2, 3, 10, Number.NaN], 5);
    expect(bins.map((bin) => bin.count)).toEqual([2, 2, 0, 0, 1]);
    expect(histogram([4, 4])).toEqual([{ from: 3.5, to: 4.5, count: 2 }]);
    expect(histogram([])).toEqual([]);
  });
});

it('says types in a word', () => {
  expect([typeName('BIGINT'), typeName('VARCHAR'), typeName('DECIMAL(18,3)')]).toEqual([
    'int',
    'text',
    'decimal',
  ]);
});
