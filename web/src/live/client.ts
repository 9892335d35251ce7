import { LiveHub } from './hub';
import type { ConnectionState, FromHub, HubPort, ToHub } from './protocol';
import type { LiveEvent } from './sse';

type EventsListener = (events: LiveEvent[]) => void;

/**
 * A tab's end of the hub. Where there is no SharedWorker (Chrome on Android) the tab has a hub of its own.
 */
export class LiveClient {
  private readonly send: (message: ToHub) => void;
  private readonly sessions = new Map<string, { listener: EventsListener; position: () => number }>();
  private readonly listListeners = new Set<{ onEvents: EventsListener; onResumed: () => void }>();
  private readonly connectionListeners = new Set<() => void>();
  private state: ConnectionState = { kind: 'idle' };

  constructor(connect: (receive: (message: FromHub) => void) => (message: ToHub) => void = connectToHub) {
    this.send = connect((message) => this.receive(message));
    addEventListener('pagehide', () => this.send({ kind: 'bye' }));
    addEventListener('pageshow', (event) => event.persisted && this.rejoin());
    addEventListener('online', () => this.send({ kind: 'wake' }));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.send({ kind: 'wake' });
    });
  }

  /** Follows a session from what `position` says is known; returns what ends that. */
  follow(session: string, position: () => number, listener: EventsListener): () => void {
    this.sessions.set(session, { listener, position });
    this.send({ kind: 'follow', session, after: position() });
    return () => {
      this.sessions.delete(session);
      this.send({ kind: 'unfollow', session });
    };
  }

  /** Says that the session does not exist any more. */
  forget(session: string) {
    this.send({ kind: 'forget', session });
  }

  followList(onEvents: EventsListener, onResumed: () => void): () => void {
    const listener = { onEvents, onResumed };
    this.listListeners.add(listener);
    if (this.listListeners.size === 1) this.send({ kind: 'list', wanted: true });
    return () => {
      this.listListeners.delete(listener);
      if (this.listListeners.size === 0) this.send({ kind: 'list', wanted: false });
    };
  }

  wake = () => this.send({ kind: 'wake' });

  readonly connection = {
    subscribe: (listener: () => void) => {
      this.connectionListeners.add(listener);
      return () => this.connectionListeners.delete(listener);
    },
    get: () => this.state,
  };

  /** After the page was frozen the hub has forgotten it. */
  private rejoin() {
    for (const [session, { position }] of this.sessions)
      this.send({ kind: 'follow', session, after: position() });
    if (this.listListeners.size > 0) this.send({ kind: 'list', wanted: true });
    for (const listener of this.listListeners) listener.onResumed();
  }

  private receive(message: FromHub) {
    switch (message.kind) {
      case 'events':
        this.sessions.get(message.session)?.listener(message.events);
        break;
      case 'list':
        for (const listener of this.listListeners) listener.onEvents(message.events);
        break;
      case 'list-resumed':
        for (const listener of this.listListeners) listener.onResumed();
        break;
      case 'connection':
        this.state = message.state;
        for (const listener of this.connectionListeners) listener();
        break;
    }
  }
}

function connectToHub(receive: (message: FromHub) => void): (message: ToHub) => void {
  if (typeof SharedWorker !== 'undefined') {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: 'trainable-live',
    });
    worker.port.onmessage = (message: MessageEvent<FromHub>) => receive(message.data);
    return (message) => worker.port.postMessage(message);
  }
  const hub = new LiveHub();
  const port: HubPort = { postMessage: receive };
  hub.join(port);
  return (message) => {
    if (message.kind === 'bye') hub.receive(port, message);
    else queueMicrotask(() => hub.receive(port, message));
  };
}
