/** What a link into the canvas can say beside its tab, stage and path. */
export interface CanvasSearch {
  /** Data: the table that is open, and the query in the editor. */
  table?: string;
  sql?: string;
  /** Checks: the findings, or what was measured. */
  part?: 'findings' | 'measured';
  /** Metrics: logarithmic axis, smoothing between 0 and 1, and the metrics that are looked for. */
  log?: boolean;
  smooth?: number;
  find?: string;
}

/** Reads the search of an address; what does not fit is left out. */
export function readCanvasSearch(raw: Readonly<Record<string, unknown>>): CanvasSearch {
  // The router reads digits as numbers; a table or a metric may be called so.
  const text = (name: string) => {
    const value = raw[name];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const smooth = Number(raw.smooth);
  return {
    table: text('table'),
    sql: text('sql'),
    log: raw.log === true || raw.log === 'true' ? true : undefined,
    smooth: smooth > 0 && smooth < 1 ? smooth : undefined,
    find: text('find'),
    part: raw.part === 'findings' || raw.part === 'measured' ? raw.part : undefined,
  };
}
