import { describe, expect, it } from 'vitest';
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

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('What a tab knows of a session', () => {
  it('is told of a long log that comes in pieces when all of it is there, and not of each piece', async () => {
    const { store, told, hand, position } = open();
    for (let piece = 0; piece < 5; piece++) hand(many(1 + piece * 400, 400));
    expect(position()).toBe(2_000);
    await until(() => told.at(-1) === 2_000);
    // Once, and now and then where the machine is slow.
    expect(told.length).toBeLessThan(4);
    expect(store.get().lastSeq).toBe(2_000);
  });

  it('stays as it was told of while more is taken in', async () => {
    const { store, told, hand } = open();
    hand([said(1)]);
    await until(() => told.length > 0);
    const before = store.get();
    hand(many(2, 1_000));
    await until(() => {
      if (told.length === 1) expect(store.get()).toBe(before);
      return told.at(-1) === 1_001;
    });
  });

  it('is told of an event alone at once, and of a log that never ends now and then', async () => {
    const { told, hand } = open();
    hand([said(1)]);
    await until(() => told.length === 1);
    let seq = 2;
    const flood = setInterval(() => {
      hand(many(seq, 100));
      seq += 100;
    }, 10);
    await until(() => told.length > 2);
    clearInterval(flood);
    expect(told.length).toBeLessThan(20);
  });
});
