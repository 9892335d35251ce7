/** A line of a JSON value as it is shown. */
export interface JsonRow {
  /** Names the value: keys and indices from the root. */
  path: string;
  depth: number;
  key: string | null;
  /** A value without parts, as JSON. */
  value: string | null;
  kind: 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';
  /** Members of an object or an array. */
  size: number;
  open: boolean;
}

/** Members shown of one object or array; what has more is data, not a document. */
const MOST = 1_000;

/** The lines of a value whose parts are open. */
export function jsonRows(value: unknown, isOpen: (path: string, depth: number) => boolean): JsonRow[] {
  const rows: JsonRow[] = [];
  const visit = (item: unknown, key: string | null, path: string, depth: number) => {
    if (typeof item !== 'object' || item === null) {
      const kind = item === null ? 'null' : (typeof item as 'string' | 'number' | 'boolean');
      rows.push({ path, depth, key, value: JSON.stringify(item), kind, size: 0, open: false });
      return;
    }
    const array = Array.isArray(item);
    const members: [string, unknown][] = array
      ? item.slice(0, MOST).map((member, index) => [String(index), member])
      : Object.entries(item).slice(0, MOST);
    const size = array ? item.length : Object.keys(item).length;
    const open = size > 0 && isOpen(path, depth);
    rows.push({ path, depth, key, value: null, kind: array ? 'array' : 'object', size, open });
    if (!open) return;
    for (const [name, member] of members) visit(member, name, `${path}/${name}`, depth + 1);
    if (size > MOST)
      rows.push({
        path: `${path}/…`,
        depth: depth + 1,
        key: null,
        value: `… ${(size - MOST).toLocaleString('en-US')} more`,
        kind: 'null',
        size: 0,
        open: false,
      });
  };
  visit(value, null, '', 0);
  return rows;
}
