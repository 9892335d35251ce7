import type { ConnectionState, FromHub, HubPort, ToHub } from './protocol';
import type { LiveEvent } from './sse';
import { LastingStream, type StreamStatus } from './stream';
import { pieceEnd } from './weight';

/** A session that nobody shows any more is followed for this long: who comes back finds it whole. */
const LINGER_MS = 60_000;
/** Messages to a tab weigh at most as many short events, so that reading one is no long task there. */
const BATCH = 400;

interface Followed {
  /** Every event of the log from the first on, without gap; deltas are not kept. */
  events: LiveEvent[];
  lastSeq: number;
  /** Messages that stream at the moment, as far as they are known. */
  streaming: Map<string, string>;
  ports: Set<HubPort>;
  linger?: ReturnType<typeof setTimeout>;
}

interface Delta {
  message_id: string;
  offset: number;
  text: string;
}

/**
 * Holds the one connection of all tabs: one stream for the sessions they show, and one for the list while a tab shows it. It
 * keeps what it received, so a tab that comes later, or reloads, costs the server nothing.
 */
export class LiveHub {
  private readonly sessions = new Map<string, Followed>();
  private readonly ports = new Set<HubPort>();
  private readonly listPorts = new Set<HubPort>();
  private readonly stream: LastingStream;
  private readonly list: LastingStream;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private listWasOpen = false;
  private streamStatus: StreamStatus | null = null;
  private listStatus: StreamStatus | null = null;
  private lostSince = 0;

  constructor(fetcher?: typeof fetch) {
    this.stream = new LastingStream(
      () => `/api/stream?follow=${[...this.sessions].map(([id, one]) => `${id}:${one.lastSeq}`).join(',')}`,
      {
        onEvents: (events) => this.take(events),
        onStatus: (status) => {
          this.streamStatus = status;
          this.tellConnection();
        },
      },
      fetcher,
    );
    this.list = new LastingStream(
      () => '/api/stream',
      {
        onEvents: (events) => {
          for (const port of this.listPorts) port.postMessage({ kind: 'list', events });
        },
        onStatus: (status) => {
          this.listStatus = status;
          if (status.kind === 'open') {
            if (this.listWasOpen)
              for (const port of this.listPorts) port.postMessage({ kind: 'list-resumed' });
            this.listWasOpen = true;
          }
          this.tellConnection();
        },
      },
      fetcher,
    );
  }

  join(port: HubPort) {
    this.ports.add(port);
    port.postMessage({ kind: 'connection', state: this.connection() });
  }

  receive(port: HubPort, message: ToHub) {
    // A page that comes back from the browser's cache said goodbye when it went there.
    if (message.kind !== 'bye') this.ports.add(port);
    switch (message.kind) {
      case 'follow':
        this.follow(port, message.session, message.after);
        break;
      case 'unfollow':
        this.unfollow(port, message.session);
        break;
      case 'forget':
        this.forget(message.session);
        break;
      case 'list':
        this.wantList(port, message.wanted);
        break;
      case 'wake':
        if (this.sessions.size > 0) this.stream.wake();
        if (this.listPorts.size > 0) this.list.wake();
        break;
      case 'bye':
        this.leave(port);
        break;
    }
  }

  private leave(port: HubPort) {
    this.ports.delete(port);
    this.wantList(port, false);
    for (const session of this.sessions.keys()) this.unfollow(port, session);
  }

  private follow(port: HubPort, session: string, after: number) {
    let followed = this.sessions.get(session);
    if (!followed) {
      followed = { events: [], lastSeq: 0, streaming: new Map(), ports: new Set() };
      this.sessions.set(session, followed);
      // Several at once, as the comparison asks for, are one connection.
      clearTimeout(this.reopen);
      this.reopen = setTimeout(() => this.stream.open(), 5);
    }
    clearTimeout(followed.linger);
    followed.ports.add(port);
    const known = followed.events.filter((event) => (event.seq ?? 0) > after);
    const unfinished = [...followed.streaming].map(([message_id, text]) => ({
      type: 'agent_message_delta',
      data: { message_id, offset: 0, text } satisfies Delta,
      session_id: session,
    }));
    this.send(port, session, [...known, ...unfinished]);
  }

  private unfollow(port: HubPort, session: string) {
    const followed = this.sessions.get(session);
    if (!followed?.ports.delete(port) || followed.ports.size > 0) return;
    followed.linger = setTimeout(() => this.forget(session), LINGER_MS);
  }

  /** The others go on over the open connection; what still comes for this one is let go by. */
  private forget(session: string) {
    clearTimeout(this.sessions.get(session)?.linger);
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    clearTimeout(this.reopen);
    this.stream.close();
    this.streamStatus = null;
    this.tellConnection();
  }

  private wantList(port: HubPort, wanted: boolean) {
    if (wanted) this.listPorts.add(port);
    else this.listPorts.delete(port);
    if (this.listPorts.size === 0) {
      this.list.close();
      this.listStatus = null;
      this.listWasOpen = false;
    } else if (!this.listStatus) {
      this.listStatus = { kind: 'connecting' };
      this.list.open();
    }
  }

  private take(events: LiveEvent[]) {
    const bySession = new Map<string, LiveEvent[]>();
    for (const event of events) {
      const followed = event.session_id && this.sessions.get(event.session_id);
      if (!followed || !this.keep(followed, event)) continue;
      const batch = bySession.get(event.session_id as string);
      if (batch) batch.push(event);
      else bySession.set(event.session_id as string, [event]);
    }
    for (const [session, batch] of bySession) {
      const followed = this.sessions.get(session);
      if (!followed) continue;
      for (const port of followed.ports) this.send(port, session, batch);
    }
  }

  /** Notes the event; false for one that is known already, as after a reconnect. */
  private keep(followed: Followed, event: LiveEvent): boolean {
    if (event.seq === undefined) {
      if (event.type === 'agent_message_delta') {
        const delta = event.data as Delta;
        const text = followed.streaming.get(delta.message_id) ?? '';
        followed.streaming.set(delta.message_id, text.slice(0, delta.offset) + delta.text);
      }
      return true;
    }
    if (event.seq <= followed.lastSeq) return false;
    followed.lastSeq = event.seq;
    followed.events.push(event);
    if (event.type === 'agent_message' || event.type === 'model_retry')
      followed.streaming.delete((event.data as { message_id?: string }).message_id ?? '');
    else if (event.type === 'state_change') followed.streaming.clear();
    return true;
  }

  private send(port: HubPort, session: string, events: LiveEvent[]) {
    for (let start = 0; start < events.length; ) {
      const end = pieceEnd(events, start, BATCH);
      const message: FromHub = { kind: 'events', session, events: events.slice(start, end) };
      port.postMessage(message);
      start = end;
    }
  }

  private connection(): ConnectionState {
    const all = [this.streamStatus, this.listStatus].filter((status) => status !== null);
    const lost = all.find((status) => status.kind === 'lost');
    if (all.some((status) => status.kind === 'unauthorized')) return { kind: 'unauthorized' };
    if (lost) {
      this.lostSince ||= Date.now();
      return { ...lost, since: this.lostSince };
    }
    if (all.some((status) => status.kind === 'connecting')) {
      // A try after a loss is still a loss to the reader, until it succeeds.
      return this.lostSince
        ? { kind: 'lost', since: this.lostSince, retryAt: Date.now(), reason: 'connecting again' }
        : { kind: 'connecting' };
    }
    this.lostSince = 0;
    return { kind: all.length > 0 ? 'open' : 'idle' };
  }

  private tellConnection() {
    const state = this.connection();
    for (const port of this.ports) port.postMessage({ kind: 'connection', state });
  }
}
