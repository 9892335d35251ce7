import type { DatasetPreview } from '@/api/types';
import type { ChosenFile } from './dropped';
import { areImages, isImage } from './image-folder';

/** Of a table's rows, that must name an image. */
const LEAST_NAMED = 0.9;

/** The table among images that may say what each shows: the one that was chosen, or the only one; null for any other choice. */
export function imageTable(files: readonly ChosenFile[], main: string): ChosenFile | null {
  if (!areImages(files)) return null;
  const tables = files.filter(({ path }) => /\.(csv|tsv)$/i.test(path));
  return tables.find(({ path }) => path === main) ?? (tables.length === 1 ? (tables[0] ?? null) : null);
}

/** The column of a table that names images, and the image that a value of it names. */
export interface NamedImages {
  column: number;
  of: (value: string) => ChosenFile | undefined;
}

/** By the first rows; null when they name none. The server decides over all of them, by the same rules. */
export function namedImages(
  { columns, first_rows: rows }: Pick<DatasetPreview, 'columns' | 'first_rows'>,
  files: readonly ChosenFile[],
): NamedImages | null {
  const names = new Map<string, ChosenFile | null>();
  for (const image of files) {
    if (!isImage(image.path)) continue;
    // Its path from any folder on. What several images are called says nothing of either.
    const paths = image.path.split('/').map((_, from, parts) => parts.slice(from).join('/'));
    for (const name of new Set([...paths, (paths.at(-1) ?? '').replace(/\.[^.]*$/, '')]))
      names.set(name, names.has(name) ? null : image);
  }
  const of = (value: string) => names.get(value) ?? undefined;
  const hits = columns.map((_, column) => rows.filter((row) => of(String(row[column] ?? ''))).length);
  const column = hits.indexOf(Math.max(...hits));
  return rows.length > 0 && (hits[column] ?? 0) >= LEAST_NAMED * rows.length ? { column, of } : null;
}
