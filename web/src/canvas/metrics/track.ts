import type { Series } from '@/live/series';

/**
 * The points of a series in typed arrays that grow: what was taken in before is not read again when more comes. A gap is NaN.
 */
export class Track {
  steps = new Float64Array(256);
  values = new Float64Array(256);
  length = 0;
  private source: readonly number[] | null = null;
  private smoothed = new Float64Array(0);
  private smoothedLength = 0;
  private weight = 0;
  private sum = 0;
  private mass = 0;

  /** Takes in what the series has more than it had. */
  follow(series: Series): this {
    // Points that came out of order have new arrays: everything is read again.
    if (series.steps !== this.source || series.length < this.length) {
      this.source = series.steps;
      this.length = 0;
      this.smoothedLength = 0;
    }
    if (series.length > this.steps.length) {
      const room = Math.max(series.length, this.steps.length * 2);
      this.steps = grown(this.steps, room);
      this.values = grown(this.values, room);
    }
    for (let index = this.length; index < series.length; index++) {
      this.steps[index] = series.steps[index] as number;
      this.values[index] = series.values[index] ?? Number.NaN;
    }
    this.length = series.length;
    return this;
  }

  /** The values as an exponential moving average that is not drawn to zero at its start; 0 leaves them as they are. */
  smooth(weight: number): Float64Array {
    if (weight <= 0) return this.values;
    if (weight !== this.weight || this.smoothedLength > this.length) {
      this.weight = weight;
      this.smoothedLength = 0;
    }
    if (this.smoothedLength === 0) {
      this.sum = 0;
      this.mass = 0;
    }
    if (this.smoothed.length < this.values.length) this.smoothed = grown(this.smoothed, this.values.length);
    for (let index = this.smoothedLength; index < this.length; index++) {
      const value = this.values[index] as number;
      if (Number.isNaN(value)) {
        this.smoothed[index] = Number.NaN;
        continue;
      }
      this.sum = this.sum * weight + value * (1 - weight);
      this.mass = this.mass * weight + (1 - weight);
      this.smoothed[index] = this.sum / this.mass;
    }
    this.smoothedLength = this.length;
    return this.smoothed;
  }

  /** The index of the first point at or after a step. */
  indexAt(step: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.steps[middle] as number) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index of the point nearest to a step; -1 without points. */
  nearest(step: number): number {
    const after = this.indexAt(step);
    if (after === 0) return this.length > 0 ? 0 : -1;
    if (after === this.length) return this.length - 1;
    return step - (this.steps[after - 1] as number) <= (this.steps[after] as number) - step
      ? after - 1
      : after;
  }
}

function grown(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
