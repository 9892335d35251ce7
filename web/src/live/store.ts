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
/** While more waits than a frame can take, as when a long session is opened, what is there so far is drawn this often. */
const CATCH_UP_MS = 120;

/**
 * A session as this tab knows it. Events wait for the next frame and are taken in together, in slices, so that neither a burst
 * nor the whole log of a long session holds the page up. Components read it by selectors.
 */
export class SessionStore {
  private view: SessionView;
  private readonly listeners = new Set<() => void>();
  private waiting: LiveEvent[] = [];
  private scheduled = false;
  private detach: (() => void) | null = null;
  private users = 0;
  private told = 0;

  constructor(
    readonly id: string,
    private readonly client: LiveClient,
  ) {
    this.view = emptyView(id);
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
      () => this.waiting.at(-1)?.seq ?? this.view.lastSeq,
      (events) => this.take(events),
    );
    return () => {
      if (--this.users > 0) return;
      this.detach?.();
      this.detach = null;
    };
  }

  take(events: readonly LiveEvent[]) {
    for (const event of events) this.waiting.push(event);
    this.schedule();
  }

  private schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    // Frames do not come to a page in the background, which should be current all the same when it is looked at.
    if (document.visibilityState === 'visible') requestAnimationFrame(this.flush);
    else setTimeout(this.flush, 200);
  }

  private flush = () => {
    this.scheduled = false;
    const until = performance.now() + SLICE_MS;
    let view = this.view;
    let done = 0;
    while (done < this.waiting.length && (done === 0 || performance.now() < until)) {
      const end = pieceEnd(this.waiting, done, SLICE);
      view = reduce(view, this.waiting.slice(done, end));
      done = end;
    }
    this.waiting = this.waiting.slice(done);
    if (this.waiting.length > 0) this.schedule();
    this.view = view;
    const now = performance.now();
    if (this.waiting.length > 0 && now - this.told < CATCH_UP_MS) return;
    this.told = now;
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
