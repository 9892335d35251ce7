import type { Track } from './track';

/** `undefined`: no point at this x, the line goes on; `null`: a gap. */
export type Column = (number | null | undefined)[];

export interface Curve {
  track: Track;
  values: Float64Array;
}

export interface Range {
  min: number;
  max: number;
}

/** The steps that curves span together; null without points. */
export function extent(curves: readonly Curve[]): Range | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { track } of curves) {
    if (track.length === 0) continue;
    min = Math.min(min, track.steps[0] as number);
    max = Math.max(max, track.steps[track.length - 1] as number);
  }
  return min <= max ? { min, max } : null;
}

/**
 * What to draw of curves between two steps on `pixels` pixels: x once, then a column for each curve. As long as points have
 * room all of them are drawn; then each pixel gets the lowest and the highest value that fall on it, so that no peak is lost.
 */
export function thin(
  curves: readonly Curve[],
  range: Range,
  pixels: number,
  log: boolean,
): [number[], ...Column[]] {
  const windows = curves.map(({ track }) => {
    // One point beyond each edge, so that lines run out of the picture.
    const from = Math.max(0, track.indexAt(range.min) - 1);
    let to = track.indexAt(range.max);
    while (to < track.length && (track.steps[to] as number) <= range.max) to++;
    return { from, to: Math.min(track.length, to + 1) };
  });
  const room = Math.max(16, Math.floor(pixels)) * 2;
  return windows.some(({ from, to }) => to - from > room)
    ? bucketed(curves, windows, range, room / 2, log)
    : joined(curves, windows, log);
}

interface Window {
  from: number;
  to: number;
}

const drawn = (value: number, log: boolean) => (Number.isNaN(value) || (log && value <= 0) ? null : value);

function joined(curves: readonly Curve[], windows: readonly Window[], log: boolean): [number[], ...Column[]] {
  const steps = new Set<number>();
  for (const [index, { track }] of curves.entries()) {
    const { from, to } = windows[index] as Window;
    for (let at = from; at < to; at++) steps.add(track.steps[at] as number);
  }
  const x = [...steps].sort((one, other) => one - other);
  const columns = curves.map(({ track, values }, index) => {
    const { from, to } = windows[index] as Window;
    const column: Column = new Array(x.length).fill(undefined);
    let at = from;
    for (let row = 0; row < x.length && at < to; row++) {
      if (x[row] !== track.steps[at]) continue;
      column[row] = drawn(values[at] as number, log);
      at++;
    }
    return column;
  });
  return [x, ...columns];
}

function bucketed(
  curves: readonly Curve[],
  windows: readonly Window[],
  range: Range,
  buckets: number,
  log: boolean,
): [number[], ...Column[]] {
  const width = (range.max - range.min) / buckets || 1;
  const x: number[] = new Array(buckets * 2);
  for (let bucket = 0; bucket < buckets; bucket++) {
    x[bucket * 2] = range.min + (bucket + 0.25) * width;
    x[bucket * 2 + 1] = range.min + (bucket + 0.75) * width;
  }
  const columns = curves.map(({ track, values }, index) => {
    const { from, to } = windows[index] as Window;
    const column: Column = new Array(buckets * 2).fill(undefined);
    let bucket = -1;
    let low = Number.NaN;
    let high = Number.NaN;
    let lowAt = 0;
    let highAt = 0;
    const close = () => {
      if (bucket < 0 || Number.isNaN(low)) return;
      const lowFirst = lowAt <= highAt;
      column[bucket * 2] = lowFirst ? low : high;
      if (lowAt !== highAt) column[bucket * 2 + 1] = lowFirst ? high : low;
    };
    for (let at = from; at < to; at++) {
      const value = drawn(values[at] as number, log);
      if (value === null) continue;
      const place = Math.floor(((track.steps[at] as number) - range.min) / width);
      const here = Math.min(buckets - 1, Math.max(0, place));
      if (here !== bucket) {
        close();
        bucket = here;
        low = value;
        high = value;
        lowAt = at;
        highAt = at;
      } else if (value < low) {
        low = value;
        lowAt = at;
      } else if (value > high) {
        high = value;
        highAt = at;
      }
    }
    close();
    return column;
  });
  return [x, ...columns];
}
