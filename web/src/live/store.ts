import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { LiveClient } from './client';
import { reduce } from './reduce';
import type { LiveEvent } from './sse';
import { emptyView, type SessionView } from './view';
import { pieceEnd } from './weight';

/** Of a frame's 16 ms this much may go into taking in events; the rest is for drawing. */
const SLICE_MS = 6;
/** What is taken in before the time is looked at again, in short events. */
const SLICE = 100;
/**
 * So many events at once are no work of an agent's but a log that is on its way, as when a long session is opened. To draw what is
 * there so far costs more than to take in the rest, so that it is drawn when the log is there, or this often.
 */
const BURST = 50;
/** Of a turn without a frame to draw; short enough for what a person does meanwhile. */
const BURST_SLICE_MS = 24;
const CATCH_UP_MS = 400;
/** When nothing more has come for so long, a burst has ended. */
const SETTLED_MS = 40;

/**
 * A session as this tab knows it. Events wait for the next frame and are taken in together, in slices, so that neither a burst
 * nor the whole log of a long session holds the page up. Components read it by selectors.
 */
export class SessionStore {
  /** What components see; it is replaced when they are told so. */
  private view: SessionView;
  /** With all that has been taken in. */
  private next: SessionView;
  private readonly listeners = new Set<() => void>();
  private waiting: LiveEvent[] = [];
  private scheduled = false;
  private detach: (() => void) | null = null;
  private users = 0;
  private told = 0;
  /** The log's last event when somebody asked; with it there, the log is. */
  private end = Number.POSITIVE_INFINITY;
  private settled: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    private readonly client: LiveClient,
  ) {
    this.view = emptyView(id);
    this.next = this.view;
  }

  get = () => this.view;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Follows the session as long as somebody uses it. */
  attach(): () => void {
    this.users++;
    this.detach ??= this.client.follow(
      this.id,
      () => this.waiting.at(-1)?.seq ?? this.next.lastSeq,
      (events) => this.take(events),
    );
    return () => {
      if (--this.users > 0) return;
      this.detach?.();
      this.detach = null;
    };
  }

  /** Says where the log ends, as far as the server told, so that nothing is waited for once that much has been taken in. */
  expect(seq: number) {
    this.end = seq;
    if (this.view !== this.next && this.isWhole()) this.tell();
  }

  take(events: readonly LiveEvent[]) {
    this.told ||= performance.now();
    for (const event of events) this.waiting.push(event);
    this.schedule(this.waiting.length >= BURST);
  }

  /** @param burst Nothing will be drawn before the rest is there, so that there is no frame to wait for. */
  private schedule(burst: boolean) {
    if (this.scheduled) return;
    this.scheduled = true;
    if (burst) {
      setTimeout(() => this.flush(BURST_SLICE_MS));
      return;
    }
    // Frames do not come to a page in the background, which should be current all the same when it is looked at.
    if (document.visibilityState === 'visible') requestAnimationFrame(() => this.flush(SLICE_MS));
    else setTimeout(() => this.flush(SLICE_MS), 200);
  }

  private flush(most: number) {
    this.scheduled = false;
    const until = performance.now() + most;
    let view = this.next;
    let done = 0;
    while (done < this.waiting.length && (done === 0 || performance.now() < until)) {
      const end = pieceEnd(this.waiting, done, SLICE);
      view = reduce(view, this.waiting.slice(done, end));
      done = end;
    }
    this.waiting = this.waiting.slice(done);
    this.next = view;
    const isLate = performance.now() - this.told > CATCH_UP_MS;
    if (this.waiting.length > 0) this.schedule(!isLate);
    if (isLate || (this.waiting.length === 0 && done < BURST) || this.isWhole()) this.tell();
    else {
      clearTimeout(this.settled);
      this.settled = setTimeout(this.tell, SETTLED_MS);
    }
  }

  private isWhole() {
    return this.waiting.length === 0 && this.view.lastSeq < this.end && this.next.lastSeq >= this.end;
  }

  private tell = () => {
    clearTimeout(this.settled);
    this.told = performance.now();
    this.view = this.next;
    for (const listener of this.listeners) listener();
  };
}

/** Reads a part of the view; renders again only when that part changes (by ===, or as `equal` says). */
export function useView<T>(
  store: SessionStore,
  select: (view: SessionView) => T,
  equal: (one: T, other: T) => boolean = Object.is,
): T {
  const last = useRef<{ value: T } | null>(null);
  const read = useCallback(() => {
    const value = select(store.get());
    if (last.current && equal(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  }, [store, select, equal]);
  return useSyncExternalStore(store.subscribe, read);
}
