/** A linear scale from a domain to pixels, with ticks at round numbers. */
export interface Scale {
  (value: number): number;
  domain: readonly [number, number];
  ticks: number[];
}

export function linear(
  domain: readonly [number, number],
  range: readonly [number, number],
  wanted = 5,
): Scale {
  const [from, to] = domain;
  const span = to - from || 1;
  const scale = (value: number) => range[0] + ((value - from) / span) * (range[1] - range[0]);
  return Object.assign(scale, { domain, ticks: ticksOf(from, to, wanted) });
}

/** Round numbers within a domain: about as many as are wanted. */
export function ticksOf(from: number, to: number, wanted: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step - 1e-9) * step; tick <= to + step * 1e-9; tick += step)
    ticks.push(Math.abs(tick) < step * 1e-9 ? 0 : Number(tick.toPrecision(12)));
  return ticks;
}

/** The least domain that holds all values, with some room. */
export function domainOf(values: Iterable<number>, room = 0.04): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const pad = (high - low) * room || Math.abs(low) * 0.1 || 1;
  return [low - pad, high + pad];
}
