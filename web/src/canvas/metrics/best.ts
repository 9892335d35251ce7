import type { Series } from '@/live/series';
import { hasBest, lowerIsBetter } from './names';

export interface Best {
  step: number;
  value: number;
}

/** Finds the best value of a series that grows: what was seen before is not looked at again. */
export class BestSoFar {
  private source: readonly number[] | null = null;
  private seen = 0;
  private best: Best | null = null;

  of(series: Series): Best | null {
    if (!hasBest(series.name)) return null;
    if (series.steps !== this.source || series.length < this.seen) {
      this.source = series.steps;
      this.seen = 0;
      this.best = null;
    }
    const lower = lowerIsBetter(series.name);
    for (; this.seen < series.length; this.seen++) {
      const value = series.values[this.seen];
      if (value === null || value === undefined) continue;
      if (this.best === null || (lower ? value < this.best.value : value > this.best.value))
        this.best = { step: series.steps[this.seen] as number, value };
    }
    return this.best;
  }
}
