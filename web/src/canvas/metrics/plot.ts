import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { formatCount, formatValue } from '@/lib/format';
import type { Series } from '@/live/series';
import { BestSoFar } from './best';
import type { SeriesLook } from './groups';
import type { Reading } from './reading';
import { type Curve, extent, type Range, thin } from './thin';
import { Track } from './track';

export interface PlotOptions {
  looks: readonly SeriesLook[];
  log: boolean;
  /** 0 to 1; above 0 the values as they are stand faintly behind. */
  smooth: number;
  reading: Reading;
  /** A part was chosen with the mouse, or all of it again (null). */
  onZoom: (range: Range | null) => void;
}

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FONT = '11px "Inter Variable", ui-sans-serif, system-ui, sans-serif';

/** One chart on the page: uPlot with what it needs to grow. Points come by `update`, drawn at most once a frame. */
export class Plot {
  private readonly chart: uPlot;
  private readonly tracks: Track[];
  private readonly bests: BestSoFar[];
  private series: readonly Series[] = [];
  private range: Range = { min: 0, max: 1 };
  private zoom: Range | null = null;
  private frame = 0;
  private hidden: ReadonlySet<number> = new Set();

  constructor(
    element: HTMLElement,
    size: { width: number; height: number },
    private readonly options: PlotOptions,
  ) {
    this.tracks = options.looks.map(() => new Track());
    this.bests = options.looks.map(() => new BestSoFar());
    this.chart = new uPlot(this.settings(size), [[]], element);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.chart.destroy();
  }

  resize(size: { width: number; height: number }) {
    if (size.width === this.chart.width && size.height === this.chart.height) return;
    this.chart.setSize(size);
    this.draw();
  }

  update(series: readonly Series[]) {
    this.series = series;
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  zoomTo(range: Range | null) {
    if (range === this.zoom) return;
    this.zoom = range;
    this.draw();
  }

  hide(hidden: ReadonlySet<number>) {
    const same = hidden === this.hidden || hidden.size + this.hidden.size === 0;
    this.hidden = hidden;
    if (same) return;
    const each = this.options.smooth > 0 ? 2 : 1;
    for (let index = 0; index < this.tracks.length; index++) {
      for (let part = 0; part < each; part++)
        this.chart.setSeries(index * each + part + 1, { show: !hidden.has(index) });
    }
  }

  /** Lifts one series above the others; null for none. */
  focus(index: number | null) {
    const each = this.options.smooth > 0 ? 2 : 1;
    this.chart.setSeries(index === null ? null : index * each + each, { focus: index !== null });
  }

  best(index: number) {
    const series = this.series[index];
    return series ? (this.bests[index]?.of(series) ?? null) : null;
  }

  /** The value of a series at the point nearest to a step, if there is one close to it. */
  valueAt(index: number, step: number): { step: number; value: number } | null {
    const track = this.tracks[index];
    const series = this.series[index];
    if (!track || !series) return null;
    const at = track.nearest(step);
    if (at < 0) return null;
    const found = track.steps[at] as number;
    const near = Math.max(0.5, ((this.range.max - this.range.min) / Math.max(1, this.chart.width)) * 6);
    return Math.abs(found - step) <= near ? { step: found, value: track.values[at] as number } : null;
  }

  /** Moves the reading to the next or the previous step; for the keyboard. */
  step(by: 1 | -1) {
    const now = this.options.reading.get();
    const track = this.tracks.find((one, index) => !this.hidden.has(index) && one.length > 0);
    if (!track) return;
    const first = by > 0 ? 0 : track.length - 1;
    const at = now === null ? first : Math.min(track.length - 1, Math.max(0, track.nearest(now) + by));
    const step = track.steps[at] as number;
    this.chart.setCursor({ left: this.chart.valToPos(step, 'x'), top: this.chart.height / 3 });
    this.options.reading.set(step);
  }

  private draw() {
    this.frame = 0;
    const { smooth, log } = this.options;
    const raw: Curve[] = [];
    const drawn: Curve[] = [];
    for (const [index, track] of this.tracks.entries()) {
      const series = this.series[index];
      if (series) track.follow(series);
      if (smooth > 0) raw.push({ track, values: track.values });
      drawn.push({ track, values: track.smooth(smooth) });
    }
    const whole = extent(drawn) ?? { min: 0, max: 1 };
    // One step alone stands in the middle.
    this.range = this.zoom ?? (whole.min === whole.max ? { min: whole.min - 1, max: whole.max + 1 } : whole);
    const curves = smooth > 0 ? drawn.flatMap((curve, index) => [raw[index] as Curve, curve]) : drawn;
    this.chart.setData(thin(curves, this.range, this.chart.bbox.width / devicePixelRatio || 300, log));
  }

  private settings(size: { width: number; height: number }): uPlot.Options {
    const { looks, log, smooth, reading, onZoom } = this.options;
    const grid = { stroke: css('--gray-4'), width: 1 };
    const axis = { stroke: css('--gray-10'), font: FONT, grid, ticks: { show: false } };
    const line = (look: SeriesLook, faint: boolean): uPlot.Series => ({
      label: look.label,
      stroke: css(`--series-${look.color}`),
      width: faint ? 1 : 1.5,
      alpha: faint ? 0.28 : 1,
      dash: look.dash ? [5, 3] : undefined,
      points: { show: faint ? false : (chart) => (chart.data[0]?.length ?? 0) <= 40, size: 5 },
    });
    return {
      ...size,
      legend: { show: false },
      padding: [8, 10, 0, 0],
      focus: { alpha: 0.25 },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: {
          size: 7,
          width: 1.5,
          fill: css('--surface'),
          stroke: (_, index) =>
            css(`--series-${looks[Math.ceil(index / (smooth > 0 ? 2 : 1)) - 1]?.color ?? 1}`),
        },
        bind: {
          dblclick: () => () => {
            onZoom(null);
            return null;
          },
        },
      },
      scales: {
        x: { time: false, range: () => [this.range.min, this.range.max] },
        y: log ? { distr: 3 } : { range: (_, low, high) => padded(low, high) },
      },
      axes: [
        {
          ...axis,
          size: 28,
          space: 60,
          values: (_, splits) => splits.map((step) => (Number.isInteger(step) ? stepText(step) : '')),
        },
        {
          ...axis,
          size: (_, values) => 16 + 6.6 * Math.max(2, ...(values ?? []).map((value) => value?.length ?? 0)),
          values: (_, splits) => splits.map(label),
        },
      ],
      series: [
        {},
        ...looks.flatMap((look) =>
          smooth > 0 ? [line(look, true), line(look, false)] : [line(look, false)],
        ),
      ],
      hooks: {
        setCursor: [
          (chart) => {
            const left = chart.cursor.left ?? -1;
            if (left < 0) reading.set(null);
            else reading.set(this.snap(chart.posToVal(left, 'x')));
          },
        ],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < 4) return;
            const range = { min: chart.posToVal(left, 'x'), max: chart.posToVal(left + width, 'x') };
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom(range);
          },
        ],
      },
    };
  }

  /** The step of a point near the cursor. */
  private snap(step: number): number {
    let best = Number.NaN;
    for (const [index, track] of this.tracks.entries()) {
      if (this.hidden.has(index)) continue;
      const found = track.steps[track.nearest(step)];
      if (found !== undefined && !(Math.abs(found - step) >= Math.abs(best - step))) best = found;
    }
    return Number.isNaN(best) ? Math.round(step) : best;
  }
}

function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = (high - low) * 0.06 || Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}

/** Like `formatValue`, without zeros that only make a scale wider. */
function label(value: number | null): string {
  if (value === null) return '';
  const text = formatValue(value);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** Steps on the axis: 9,500, 12.5k, 1.25M. */
function stepText(step: number): string {
  const size = Math.abs(step);
  if (size < 10_000) return formatCount(step);
  return size < 1_000_000
    ? `${Number((step / 1_000).toFixed(2))}k`
    : `${Number((step / 1_000_000).toFixed(3))}M`;
}
