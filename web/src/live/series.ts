/** One metric of one run of one stage. */
export interface SeriesName {
  stage: string;
  run: string | null;
  name: string;
}

/**
 * The points of one series. Like OutputLog it only grows and versions share their arrays: read `steps[0..length)`. Steps that
 * come out of order are kept in order; a step that comes again replaces its value.
 */
export class Series implements SeriesName {
  private constructor(
    readonly key: string,
    readonly stage: string,
    readonly run: string | null,
    readonly name: string,
    readonly steps: number[],
    readonly values: (number | null)[],
    readonly length: number,
  ) {}

  static readonly keyOf = ({ stage, run, name }: SeriesName) => `${stage}\u0000${run ?? ''}\u0000${name}`;

  static start(of: SeriesName): Series {
    return new Series(Series.keyOf(of), of.stage, of.run, of.name, [], [], 0);
  }

  add(points: readonly (readonly [step: number, value: number | null])[]): Series {
    const shared = this.steps.length === this.length;
    let steps = shared ? this.steps : this.steps.slice(0, this.length);
    let values = shared ? this.values : this.values.slice(0, this.length);
    let owned = !shared;
    for (const [step, value] of points) {
      const last = steps.at(-1);
      if (last === undefined || step > last) {
        steps.push(step);
        values.push(value);
        continue;
      }
      if (!owned) {
        // Others see these arrays: what they see must not change under them.
        steps = steps.slice();
        values = values.slice();
        owned = true;
      }
      const at = lowerBound(steps, step);
      if (steps[at] === step) values[at] = value;
      else {
        steps.splice(at, 0, step);
        values.splice(at, 0, value);
      }
    }
    return new Series(this.key, this.stage, this.run, this.name, steps, values, steps.length);
  }

  /** The same points under another run's name. */
  withRun(run: string): Series {
    const key = Series.keyOf({ stage: this.stage, run, name: this.name });
    return new Series(key, this.stage, run, this.name, this.steps, this.values, this.length);
  }

  get last(): number | null {
    for (let index = this.length - 1; index >= 0; index--) {
      const value = this.values[index];
      if (value !== null && value !== undefined) return value;
    }
    return null;
  }
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
