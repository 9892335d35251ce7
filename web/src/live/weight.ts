import type { LiveEvent } from './sse';

/** What an event costs to take in, in units of a short one: a batch of metrics is many points, an output may be long. */
export function weightOf(event: LiveEvent): number {
  const data = event.data as { items?: unknown[]; text?: string; content?: string } | null;
  return (
    1 + (data?.items?.length ?? 0) / 10 + ((data?.text?.length ?? 0) + (data?.content?.length ?? 0)) / 20_000
  );
}

/** Where the piece of events that begins at `from` ends: it weighs at most `most`, or is a single event. */
export function pieceEnd(events: readonly LiveEvent[], from: number, most: number): number {
  let weight = 0;
  let end = from;
  while (end < events.length) {
    weight += weightOf(events[end] as LiveEvent);
    if (weight > most && end > from) break;
    end++;
  }
  return end;
}
