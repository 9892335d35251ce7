import type { Sort } from './data-grid';

/** The rows by one column; missing values come last either way. */
export function sortRows<Row extends readonly (string | null)[]>(
  rows: readonly Row[],
  sort: Sort,
  numeric: boolean,
): Row[] {
  const direction = sort.descending ? -1 : 1;
  const collator = new Intl.Collator('en', { numeric: true });
  const missing = (value: string | null | undefined) => value === null || value === undefined || value === '';
  return [...rows].sort((one, other) => {
    const [a, b] = [one[sort.column], other[sort.column]];
    if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
    return direction * (numeric ? Number(a) - Number(b) : collator.compare(a as string, b as string));
  });
}
