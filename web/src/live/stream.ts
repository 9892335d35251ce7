import { FrameReader, type LiveEvent } from './sse';

/** The server says something every 15 s; after this long a connection is dead, whatever the socket thinks. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;

export type StreamStatus =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'lost'; retryAt: number; reason: string }
  | { kind: 'unauthorized' };

export interface StreamListener {
  onEvents(events: LiveEvent[]): void;
  onStatus(status: StreamStatus): void;
}

/**
 * One connection to an event stream that is kept: it reconnects by itself, later and later, and at once when woken. The address
 * is asked for at each try, so that it can name what is known by then. fetch instead of EventSource, which hides status codes:
 * 401 must not be tried again for ever.
 */
export class LastingStream {
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private closed = false;
  private status: StreamStatus = { kind: 'connecting' };

  constructor(
    private readonly address: () => string,
    private readonly listener: StreamListener,
    private readonly fetcher: typeof fetch = (...call) => fetch(...call),
  ) {}

  /** Connects, or connects anew with another address. */
  open() {
    this.closed = false;
    this.failures = 0;
    this.restart();
  }

  close() {
    this.closed = true;
    this.stop();
  }

  /** Tries now if there is no connection. */
  wake() {
    if (!this.closed && this.status.kind !== 'open' && this.status.kind !== 'connecting') this.open();
  }

  private restart() {
    this.stop();
    const abort = new AbortController();
    this.abort = abort;
    void this.run(abort);
  }

  private stop() {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  private async run(abort: AbortController) {
    this.say({ kind: 'connecting' });
    let silence: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(new Error('the server went silent')), SILENCE_MS);
    };
    let reason = 'the server ended the stream';
    try {
      listen();
      const response = await this.fetcher(this.address(), {
        signal: abort.signal,
        cache: 'no-store',
        headers: { Accept: 'text/event-stream' },
      });
      if (response.status === 401) {
        this.say({ kind: 'unauthorized' });
        return;
      }
      if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
      this.say({ kind: 'open' });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const frames = new FrameReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        listen();
        this.failures = 0;
        const events = frames.push(value);
        if (events.length > 0 && this.abort === abort) this.listener.onEvents(events);
      }
    } catch (error) {
      reason = error instanceof TypeError ? 'the server cannot be reached' : (error as Error).message;
    } finally {
      clearTimeout(silence);
    }
    if (this.abort === abort && !this.closed && this.status.kind !== 'unauthorized') this.retry(reason);
  }

  private retry(reason: string) {
    const pause =
      Math.min(FIRST_PAUSE_MS * 2 ** this.failures, LONGEST_PAUSE_MS) * (0.8 + Math.random() * 0.4);
    this.failures++;
    this.say({ kind: 'lost', retryAt: Date.now() + pause, reason });
    this.timer = setTimeout(() => this.restart(), pause);
  }

  private say(status: StreamStatus) {
    this.status = status;
    this.listener.onStatus(status);
  }
}
