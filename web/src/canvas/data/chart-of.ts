import { isNumberType, isTimeType, type QueryResult } from './tables';

export type ChartKind = 'bars' | 'line' | 'points' | 'histogram';

export interface ChartChoice {
  kind: ChartKind;
  /** Columns by their place; a histogram has no y. */
  x: number;
  y: number | null;
}

/** What a result is likely to be looked at as; null when nothing in it can be drawn. */
export function chartOf(result: Pick<QueryResult, 'columns' | 'types' | 'rows'>): ChartChoice | null {
  const numbers = result.types.flatMap((type, index) => (isNumberType(type) ? [index] : []));
  const others = result.types.flatMap((type, index) => (isNumberType(type) ? [] : [index]));
  const [first, second] = numbers;
  if (first === undefined || result.rows.length === 0) return null;
  const [label] = others;
  if (label !== undefined)
    return { kind: isTimeType(result.types[label] ?? '') ? 'line' : 'bars', x: label, y: first };
  if (second === undefined) return { kind: 'histogram', x: first, y: null };
  return { kind: rises(result.rows, first) ? 'line' : 'points', x: first, y: second };
}

/** Whether a column only goes up: then the rows are a line. */
function rises(rows: readonly unknown[][], column: number): boolean {
  for (let index = 1; index < rows.length; index++) {
    if (!(Number(rows[index]?.[column]) > Number(rows[index - 1]?.[column]))) return false;
  }
  return rows.length > 2;
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** Counts in equal bins. */
export function histogram(values: readonly number[], bins = 30): Bin[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return [{ from: low - 0.5, to: low + 0.5, count: finite.length }];
  const width = (high - low) / bins;
  const counts: Bin[] = Array.from({ length: bins }, (_, index) => ({
    from: low + index * width,
    to: low + (index + 1) * width,
    count: 0,
  }));
  for (const value of finite) {
    const bin = counts[Math.min(bins - 1, Math.floor((value - low) / width))];
    if (bin) bin.count++;
  }
  return counts;
}
