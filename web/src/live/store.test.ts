import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveClient } from './client';
import type { LiveEvent } from './sse';
import { SessionStore } from './store';

const said = (seq: number): LiveEvent => ({
  type: 'agent_message',
  data: { text: `message ${seq}`, message_id: `m${seq}`, stage: 'eda' },
  session_id: 's',
  seq,
  created_at: '2026-01-01T00:00:00Z',
});
const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => said(from + at));

/** A store whose events the test hands over itself, and how many messages there were each time it told of news. */
function open() {
  let hand: (events: LiveEvent[]) => void = () => {};
  let position = () => 0;
  const client = {
    follow: (_: string, known: () => number, listener: (events: LiveEvent[]) => void) => {
      hand = listener;
      position = known;
      return () => {};
    },
  };
  const store = new SessionStore('s', client as unknown as LiveClient);
  store.attach();
  const told: number[] = [];
  store.subscribe(() => told.push(store.get().items.length));
  return { store, told, hand: (events: LiveEvent[]) => hand(events), position: () => position() };
}

describe('What a tab knows of a session', () => {
  // A hundred events take a millisecond of this clock, on every machine.
  beforeEach(() => {
    vi.useFakeTimers();
    const now = performance.now.bind(performance);
    let work = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + work++);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('is told of a long log that comes in pieces once, when all of it is there', () => {
    const { store, told, hand, position } = open();
    for (let piece = 0; piece < 5; piece++) hand(many(1 + piece * 400, 400));
    expect(position()).toBe(2_000);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([2_000]);
    expect(store.get().lastSeq).toBe(2_000);
  });

  it('does not wait for more once the log is as long as the server said', () => {
    const asked = open();
    asked.store.expect(800);
    asked.hand(many(1, 400));
    vi.advanceTimersByTime(39);
    expect(asked.told).toEqual([]);
    asked.hand(many(401, 400));
    while (asked.store.get().lastSeq < 800) vi.advanceTimersToNextTimer();
    expect(asked.told).toEqual([800]);
    expect(vi.getTimerCount()).toBe(0);

    const late = open();
    late.hand(many(1, 400));
    vi.advanceTimersByTime(30);
    expect(late.told).toEqual([]);
    late.store.expect(400);
    expect(late.told).toEqual([400]);
  });

  it('stays as it was told of while more is taken in', () => {
    const { store, told, hand } = open();
    hand([said(1)]);
    vi.advanceTimersToNextTimer();
    expect(told).toEqual([1]);
    const before = store.get();
    hand(many(2, 1_000));
    while (told.length === 1) {
      expect(store.get()).toBe(before);
      vi.advanceTimersToNextTimer();
    }
    expect(told).toEqual([1, 1_001]);
  });

  it('is told of an event alone at once, and of a log that never ends now and then', () => {
    const { told, hand } = open();
    hand([said(1)]);
    vi.advanceTimersByTime(16);
    expect(told).toEqual([1]);
    for (let passed = 0; passed < 2_000; passed += 10) {
      hand(many(2 + passed * 10, 100));
      vi.advanceTimersByTime(10);
    }
    expect(told.length).toBeGreaterThan(3);
    expect(told.length).toBeLessThan(8);
  });
});
