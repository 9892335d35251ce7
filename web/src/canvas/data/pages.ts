import { useCallback, useEffect, useRef, useState } from 'react';
import { cellText, quoted, runQuery } from './tables';

/** Rows and columns of a block: what is asked for at once. */
export const ROWS = 200;
export const COLUMNS = 60;
/** Blocks that are kept. */
const MOST = 60;

export interface Paged {
  /** The cells of a row, with holes for columns that are not there yet; null when nothing is. */
  row: (index: number) => (string | null | undefined)[] | null;
  /** Says what is in view. */
  see: (from: number, to: number, firstColumn: number, lastColumn: number) => void;
  error: unknown;
  retry: () => void;
}

/** The blocks that rows and columns in view lie in. */
export function blocksOf(
  from: number,
  to: number,
  firstColumn: number,
  lastColumn: number,
): [number, number][] {
  const blocks: [number, number][] = [];
  for (let row = Math.floor(from / ROWS); row <= Math.floor(to / ROWS); row++)
    for (let column = Math.floor(firstColumn / COLUMNS); column <= Math.floor(lastColumn / COLUMNS); column++)
      blocks.push([row, column]);
  return blocks;
}

/** The statement that reads one block. */
export function blockSql(
  table: string,
  columns: readonly string[],
  block: number,
  sort: string | null,
): string {
  const names = columns.slice(block * COLUMNS, (block + 1) * COLUMNS).map(quoted);
  return `SELECT ${names.join(', ')} FROM ${quoted(table)}${sort ? ` ORDER BY ${sort} NULLS LAST` : ''}`;
}

/** A table read in blocks, as they come into view: as wide and as long as it may be. */
export function usePages(
  session: string,
  table: string,
  columns: readonly string[],
  sort: string | null,
  version: string,
): Paged {
  const key = `${session}\n${table}\n${sort}\n${version}`;
  const [, render] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const state = useRef({
    key: '',
    blocks: new Map<string, (string | null)[][] | 'coming'>(),
    abort: new AbortController(),
  });
  if (state.current.key !== key) {
    state.current.abort.abort();
    state.current = { key, blocks: new Map(), abort: new AbortController() };
  }
  const view = useRef<[number, number, number, number] | null>(null);
  const load = useCallback(() => {
    const { blocks, abort } = state.current;
    if (!view.current || columns.length === 0) return;
    for (const [row, column] of blocksOf(...view.current)) {
      const name = `${row}/${column}`;
      if (blocks.has(name)) continue;
      blocks.set(name, 'coming');
      const sql = blockSql(table, columns, column, sort);
      runQuery(session, { sql, limit: ROWS, offset: row * ROWS }, abort.signal).then(
        (result) => {
          blocks.set(
            name,
            result.rows.map((cells) => cells.map(cellText)),
          );
          for (const oldest of blocks.keys()) {
            if (blocks.size <= MOST) break;
            blocks.delete(oldest);
          }
          setError(null);
          render((count) => count + 1);
        },
        (failure: unknown) => {
          blocks.delete(name);
          if (!abort.signal.aborted) setError(failure);
        },
      );
    }
  }, [session, table, columns, sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another table
  useEffect(() => {
    setError(null);
    load();
  }, [key, load]);
  useEffect(() => () => state.current.abort.abort(), []);
  const row = (index: number) => {
    const blocks = state.current.blocks;
    const at = Math.floor(index / ROWS);
    let cells: (string | null | undefined)[] | null = null;
    for (let block = 0; block * COLUMNS < columns.length; block++) {
      const found = blocks.get(`${at}/${block}`);
      const part = found && found !== 'coming' ? found[index % ROWS] : undefined;
      if (!part) continue;
      cells ??= new Array(columns.length).fill(undefined);
      for (const [offset, value] of part.entries()) cells[block * COLUMNS + offset] = value;
    }
    return cells;
  };
  const see = useCallback(
    (...now: [number, number, number, number]) => {
      view.current = now;
      load();
    },
    [load],
  );
  return { row, see, error, retry: load };
}
