/** A stretch of time in which something happened. */
export interface Stretch {
  from: number;
  to: number;
}

/** Times as places between 0 and 1. Long pauses in which nothing happened are folded to a gap. */
export interface TimeAxis {
  place(time: number): number;
  time(place: number): number;
  /** The places of the folds. */
  folds: number[];
}

/** A pause is folded when it is longer than this, and than a tenth of all that happened. */
const LEAST_PAUSE = 20_000;
/** What a folded pause takes up of the whole. */
const FOLD = 0.025;

export function timeAxis(stretches: readonly Stretch[]): TimeAxis {
  const merged: Stretch[] = [];
  for (const next of [...stretches].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last && next.from <= last.to) last.to = Math.max(last.to, next.to);
    else merged.push({ ...next });
  }
  const busy = merged.reduce((sum, { from, to }) => sum + to - from, 0);
  const kept: Stretch[] = [];
  for (const next of merged) {
    const last = kept.at(-1);
    if (last && next.from - last.to <= Math.max(LEAST_PAUSE, busy / 10)) last.to = next.to;
    else kept.push({ ...next });
  }
  if (kept.length === 0) return { place: () => 0, time: () => 0, folds: [] };
  const total = kept.reduce((sum, { from, to }) => sum + to - from, 0) || 1;
  const room = 1 - FOLD * (kept.length - 1);
  let at = 0;
  const parts = kept.map(({ from, to }) => {
    const start = at;
    const end = start + ((to - from) / total) * room;
    at = end + FOLD;
    return { from, to, start, end };
  });
  const place = (time: number) => {
    for (const [index, part] of parts.entries()) {
      if (time <= part.to || index === parts.length - 1) {
        if (time < part.from) return index === 0 ? part.start : part.start - FOLD / 2;
        const span = part.to - part.from || 1;
        return Math.min(part.end, part.start + ((time - part.from) / span) * (part.end - part.start));
      }
    }
    return 1;
  };
  const time = (where: number) => {
    for (const part of parts) {
      if (where <= part.end)
        return (
          part.from + (Math.max(0, where - part.start) / (part.end - part.start || 1)) * (part.to - part.from)
        );
    }
    return parts.at(-1)?.to ?? 0;
  };
  return { place, time, folds: parts.slice(1).map((part) => part.start - FOLD / 2) };
}
