import { isNumeric } from '@/canvas/files/delimited';

export interface GridColumn {
  name: string;
  /** What stands small beside the name. */
  type?: string;
  /** Set to the right. */
  numeric: boolean;
  width: number;
  /** Where the image is that a value names. */
  image?: (value: string) => string;
}

const LETTER = 7.2;

/** Columns as wide as what is in them, by a look at the first rows. */
export function columnsOf(
  names: readonly string[],
  rows: readonly (readonly (string | null | undefined)[])[],
  types?: readonly (string | undefined)[],
): GridColumn[] {
  const sample = rows.slice(0, 60);
  return names.map((name, index) => {
    const values = sample.map((row) => row[index]);
    const longest = Math.max(...values.map((value) => value?.length ?? 4), 3);
    const type = types?.[index];
    const head = name.length + (type ? type.length * 0.8 + 2 : 0);
    return {
      name,
      type,
      numeric: type ? /int|float|double|decimal|number/i.test(type) : isNumeric(values),
      width: Math.round(Math.min(320, Math.max(64, Math.max(Math.min(longest, 40), head) * LETTER + 26))),
    };
  });
}
