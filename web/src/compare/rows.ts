import type { ModelItem, SessionDetail } from '@/api/types';
import { lowerIsBetter } from '@/canvas/metrics/names';
import { formatCost, formatCount, formatDuration, formatShort, formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';
import type { SessionView } from '@/live/view';
import { costOf, tokensOf } from '@/session/stages/cost';

export interface Compared {
  view: SessionView;
  session: SessionDetail;
}

export interface CompareRow {
  name: string;
  cells: (string | null)[];
  /** What stands below each cell, quieter. */
  notes?: (string | null)[];
  /** The index of the best; null where there is none, or all are the same. */
  best: number | null;
}

/** What tells sessions apart, side by side: what was measured first, then how it was come by. */
export function compareRows(
  all: readonly Compared[],
  models: readonly ModelItem[],
): { title: string; rows: CompareRow[] }[] {
  const scores = all.map(({ view }) => view.score);
  const measured: CompareRow[] = [];
  const names = [...new Set(scores.flatMap((score) => Object.keys(score?.metrics ?? {})))];
  const main = scores.find((score) => score)?.metric;
  names.sort((one, other) => Number(other === main) - Number(one === main));
  for (const name of names) {
    const values = scores.map((score) => score?.metrics[name] ?? null);
    measured.push({
      name: metricName(name),
      cells: values.map((value) => (value === null ? null : formatValue(value))),
      notes: scores.map((score) =>
        score?.metric === name ? `${formatValue(score.low)} to ${formatValue(score.high)}` : null,
      ),
      best: bestOf(values, lowerIsBetter(name)),
    });
  }
  if (main)
    measured.push({
      name: 'Baseline',
      cells: scores.map((score) => (score ? formatValue(score.baseline) : null)),
      best: null,
    });

  const meta = all.map(({ session }) => session.processed_meta ?? null);
  const parameters: CompareRow[] = [
    plain(
      'Model',
      all.map(({ session }) => session.runs.at(-1)?.model ?? null),
    ),
    plain(
      'Target',
      all.map(({ session }, index) => session.options.target ?? meta[index]?.target_column ?? null),
    ),
    plain(
      'Problem',
      scores.map((score) => score?.problem_type ?? null),
    ),
    plain(
      'Left out',
      all.map(({ session }) => session.options.drop_columns?.join(', ') || null),
    ),
    plain(
      'Instructions',
      all.map(({ session }) => session.experiment.instructions || null),
    ),
    plain(
      'Features',
      meta.map((one) => (one ? formatCount(one.feature_columns.length) : null)),
    ),
    plain(
      'Train rows',
      meta.map((one) => (one ? formatCount(one.train_rows) : null)),
    ),
    plain(
      'Val rows',
      meta.map((one) => (one ? formatCount(one.val_rows) : null)),
    ),
    plain(
      'Held rows',
      scores.map((score) => (score ? formatCount(score.rows) : null)),
    ),
  ];
  const seconds = all.map(({ view }) =>
    view.runs
      .filter((run) => !run.stale && run.endedAt)
      .reduce((sum, run) => sum + (Date.parse(run.endedAt as string) - Date.parse(run.startedAt)) / 1000, 0),
  );
  const costs = all.map(({ view }) => costOf(view.usage, models));
  const tokens = all.map(({ view }) => tokensOf(view.usage));
  const effort: CompareRow[] = [
    plain(
      'Time',
      seconds.map((time) => (time > 0 ? formatDuration(time) : null)),
    ),
    plain(
      'Steps',
      all.map(({ view }) => formatCount(view.items.filter((item) => item.kind === 'step').length)),
    ),
    plain(
      'Tokens',
      tokens.map((count) => (count > 0 ? formatShort(count) : null)),
    ),
    plain(
      'Cost',
      costs.map((cost, index) => (cost === null || tokens[index] === 0 ? null : formatCost(cost))),
    ),
  ];
  return [
    { title: 'Measured by this machine', rows: measured },
    { title: 'Set-up', rows: parameters },
    { title: 'Effort', rows: effort },
  ]
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter((row) => row.cells.some((cell) => cell !== null)),
    }))
    .filter(({ rows }) => rows.length > 0);
}

const plain = (name: string, cells: (string | null)[]): CompareRow => ({ name, cells, best: null });

export function bestOf(values: readonly (number | null)[], lower: boolean): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2 || known.every((value) => value === known[0])) return null;
  return values.indexOf(lower ? Math.min(...known) : Math.max(...known));
}
