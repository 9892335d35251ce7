import type { RichLog } from '@/live/view';

export interface Curve {
  run: string;
  points: [x: number, y: number][];
}

/** A card: one log, or the curves of one name over all runs. */
export type RichCard =
  | {
      kind: 'image';
      key: string;
      title: string;
      step: number | null;
      version: number;
      path: string;
      caption: string;
    }
  | { kind: 'table'; key: string; title: string; step: number | null; table: LoggedTable }
  | {
      kind: 'confusion';
      key: string;
      title: string;
      step: number | null;
      labels: string[];
      matrix: number[][];
    }
  | {
      kind: 'curve';
      key: string;
      title: string;
      step: number | null;
      curves: Curve[];
      xLabel: string;
      yLabel: string;
    };

export interface LoggedTable {
  columns: string[];
  rows: unknown[][];
  totalRows: number;
  totalColumns: number;
}

/** Cards of what was logged, in the order in which each first came. What has not the shape of its kind is left out. */
export function richCards(logs: Iterable<RichLog>): RichCard[] {
  const cards: RichCard[] = [];
  const curves = new Map<string, Extract<RichCard, { kind: 'curve' }>>();
  for (const log of logs) {
    const data = (log.data ?? {}) as Record<string, unknown>;
    const base = {
      key: [log.stage, log.kind, log.name, log.run].join('/'),
      title: log.run ? `${log.name} · ${log.run}` : log.name,
      step: log.step,
    };
    if (log.kind === 'image' && typeof data.path === 'string') {
      const caption = typeof data.caption === 'string' ? data.caption : '';
      cards.push({ ...base, kind: 'image', path: data.path, caption, version: log.version });
    } else if (log.kind === 'table' && isStrings(data.columns) && isRows(data.rows)) {
      const { columns, rows } = data;
      cards.push({
        ...base,
        kind: 'table',
        table: {
          columns,
          rows,
          totalRows: Number(data.total_rows ?? rows.length),
          totalColumns: Number(data.total_columns ?? columns.length),
        },
      });
    } else if (log.kind === 'confusion' && isStrings(data.labels) && isRows(data.matrix)) {
      cards.push({
        ...base,
        kind: 'confusion',
        labels: data.labels,
        matrix: data.matrix.map((row) => row.map(Number)),
      });
    } else if (log.kind === 'curve' && Array.isArray(data.x) && Array.isArray(data.y)) {
      const { x, y } = data as { x: unknown[]; y: unknown[] };
      const points = x.flatMap((at, index): [number, number][] => {
        const pair: [number, number] = [Number(at), Number(y[index])];
        return pair.every(Number.isFinite) ? [pair] : [];
      });
      const name = `${log.stage}/${log.name}`;
      const curve = { run: log.run ?? '', points };
      const known = curves.get(name);
      if (known) known.curves.push(curve);
      else {
        const card = {
          kind: 'curve' as const,
          key: `curve/${name}`,
          title: log.name,
          step: log.step,
          curves: [curve],
          xLabel: String(data.x_label ?? 'x'),
          yLabel: String(data.y_label ?? 'y'),
        };
        curves.set(name, card);
        cards.push(card);
      }
    }
  }
  return cards;
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isRows = (value: unknown): value is unknown[][] => Array.isArray(value) && value.every(Array.isArray);
