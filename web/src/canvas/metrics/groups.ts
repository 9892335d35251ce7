import type { ChartSpec } from '@/api/types';
import type { Series } from '@/live/series';
import { splitOf } from './names';

export interface ChartGroup {
  key: string;
  title: string;
  /** `bar` draws one value for each series; everything else is a line over steps. */
  type: 'line' | 'bar';
  series: Series[];
}

/**
 * The charts of a session: those the agent asked for, in its order, then what is left by what it measures, so that train and
 * val of the same thing are one chart. Every run of a metric is in its chart.
 */
export function groupCharts(all: Iterable<Series>, config: readonly ChartSpec[] | null): ChartGroup[] {
  const byName = new Map<string, Series[]>();
  for (const series of all) {
    const same = byName.get(series.name);
    if (same) same.push(series);
    else byName.set(series.name, [series]);
  }
  const groups: ChartGroup[] = [];
  const placed = new Set<string>();
  for (const [index, chart] of (config ?? []).entries()) {
    const series = [...new Set(chart.metrics)].flatMap((name) => byName.get(name) ?? []);
    if (series.length === 0) continue;
    for (const name of chart.metrics) placed.add(name);
    groups.push({
      key: `config-${index}-${chart.title}`,
      title: chart.title || chart.metrics.join(', '),
      type: chart.type === 'bar' ? 'bar' : 'line',
      series,
    });
  }
  const families = new Map<string, ChartGroup>();
  for (const [name, series] of byName) {
    if (placed.has(name)) continue;
    const { family } = splitOf(name);
    const known = families.get(family);
    if (known) known.series.push(...series);
    else families.set(family, { key: `family-${family}`, title: family, type: 'line', series: [...series] });
  }
  for (const group of families.values()) {
    group.series.sort(
      (one, other) => (one.run ?? '').localeCompare(other.run ?? '') || one.name.localeCompare(other.name),
    );
    // A value that came once is no curve.
    if (group.series.every((one) => one.length === 1)) group.type = 'bar';
    groups.push(group);
  }
  return groups;
}

/** The runs of all series, in the order in which they began. */
export const runsOf = (all: Iterable<Series>) => [...new Set(Array.from(all, (series) => series.run ?? ''))];

export interface SeriesLook {
  label: string;
  /** 1 to 8: one of the palette's colours. */
  color: number;
  dash: boolean;
}

/**
 * How each series of a chart is drawn and called: by what tells them apart. A run has its colour in all charts, by its place
 * among `allRuns`.
 */
export function looksOf(series: readonly Series[], allRuns?: readonly string[]): SeriesLook[] {
  const runs = [...new Set(series.map((one) => one.run ?? ''))];
  const names = [...new Set(series.map((one) => one.name))];
  const stages = new Set(series.map((one) => one.stage));
  const families = new Set(names.map((name) => splitOf(name).family));
  // Two splits of one thing: the run has the colour, and train is dashed.
  const paired = runs.length > 1 && names.length > 1 && families.size === 1;
  return series.map((one, index) => {
    const run = one.run ?? '';
    const parts = [
      stages.size > 1 ? one.stage : '',
      runs.length > 1 ? run || 'no run' : '',
      names.length > 1 || runs.length === 1 ? one.name : '',
    ];
    const place =
      paired || (names.length === 1 && runs.length === series.length)
        ? (allRuns ?? runs).indexOf(run)
        : index;
    return {
      label: parts.filter(Boolean).join(' · ') || one.name,
      color: (place % 8) + 1,
      dash: paired ? splitOf(one.name).split === 'train' : Math.floor(place / 8) % 2 === 1,
    };
  });
}
