import { describe, expect, it, vi } from 'vitest';
import { LiveHub } from './hub';
import type { FromHub } from './protocol';
import type { LiveEvent } from './sse';

/** A server whose streams the test writes to. */
function fakeServer() {
  const requests: {
    url: string;
    write: (...events: LiveEvent[]) => void;
    end: () => void;
    aborted: boolean;
  }[] = [];
  const fetcher = (async (url: string, init: RequestInit) => {
    const encoder = new TextEncoder();
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given;
      },
    });
    const request = {
      url,
      aborted: false,
      write: (...events: LiveEvent[]) => {
        const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
        // In two pieces, as a network would.
        controller.enqueue(encoder.encode(text.slice(0, 7)));
        controller.enqueue(encoder.encode(text.slice(7)));
      },
      end: () => controller.close(),
    };
    init.signal?.addEventListener('abort', () => {
      request.aborted = true;
      try {
        controller.error(new DOMException('aborted', 'AbortError'));
      } catch {
        // It had ended.
      }
    });
    requests.push(request);
    return new Response(body);
  }) as unknown as typeof fetch;
  return { requests, fetcher };
}

function tab() {
  const messages: FromHub[] = [];
  const seqs = (session: string) =>
    messages.flatMap((message) =>
      message.kind === 'events' && message.session === session
        ? message.events.map((event) => event.seq)
        : [],
    );
  return { messages, seqs, port: { postMessage: (message: FromHub) => void messages.push(message) } };
}

const event = (session: string, seq: number): LiveEvent => ({
  type: 'usage',
  data: {},
  seq,
  session_id: session,
});

describe('LiveHub', () => {
  it('holds one connection for the sessions of all tabs', async () => {
    const { requests, fetcher } = fakeServer();
    const hub = new LiveHub(fetcher);
    const [one, two] = [tab(), tab()];
    hub.join(one.port);
    hub.join(two.port);
    hub.receive(one.port, { kind: 'follow', session: 'a', after: 0 });
    hub.receive(two.port, { kind: 'follow', session: 'b', after: 0 });
    hub.receive(two.port, { kind: 'follow', session: 'a', after: 0 });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]?.url).toBe('/api/stream?follow=a:0,b:0');
    requests[0]?.write(event('a', 1), event('b', 1), event('a', 2));
    await vi.waitFor(() => expect(two.seqs('b')).toEqual([1]));
    expect(one.seqs('a')).toEqual([1, 2]);
    expect(two.seqs('a')).toEqual([1, 2]);
    expect(one.seqs('b')).toEqual([]);
    for (const port of [one.port, two.port]) hub.receive(port, { kind: 'bye' });
  });

  it('gives a tab that comes later what it knows, without asking the server', async () => {
    const { requests, fetcher } = fakeServer();
    const hub = new LiveHub(fetcher);
    const early = tab();
    hub.receive(early.port, { kind: 'follow', session: 'a', after: 0 });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    requests[0]?.write(event('a', 1), event('a', 2), {
      type: 'agent_message_delta',
      data: { message_id: 'm', offset: 0, text: 'so far' },
      session_id: 'a',
    });
    await vi.waitFor(() => expect(early.seqs('a')).toHaveLength(3));
    const late = tab();
    hub.receive(late.port, { kind: 'follow', session: 'a', after: 1 });
    expect(late.seqs('a')).toEqual([2, undefined]);
    expect(requests).toHaveLength(1);
  });

  it('goes on after a loss from the last event it has, with none twice', async () => {
    const { requests, fetcher } = fakeServer();
    const hub = new LiveHub(fetcher);
    const one = tab();
    hub.join(one.port);
    hub.receive(one.port, { kind: 'follow', session: 'a', after: 0 });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    requests[0]?.write(event('a', 1), event('a', 2));
    await vi.waitFor(() => expect(one.seqs('a')).toEqual([1, 2]));
    requests[0]?.end();
    await vi.waitFor(() => expect(one.messages.at(-1)).toMatchObject({ state: { kind: 'lost' } }));
    hub.receive(one.port, { kind: 'wake' });
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests[1]?.url).toBe('/api/stream?follow=a:2');
    requests[1]?.write(event('a', 2), event('a', 3));
    await vi.waitFor(() => expect(one.seqs('a')).toEqual([1, 2, 3]));
  });

  it('does not go on asking with a token that was refused', async () => {
    const fetcher = vi.fn(async () => new Response('', { status: 401 })) as unknown as typeof fetch;
    const hub = new LiveHub(fetcher);
    const one = tab();
    hub.join(one.port);
    hub.receive(one.port, { kind: 'list', wanted: true });
    await vi.waitFor(() => expect(one.messages.at(-1)).toMatchObject({ state: { kind: 'unauthorized' } }));
    expect(fetcher).toHaveBeenCalledTimes(1);
  });

  it('says when the list may have missed something', async () => {
    const { requests, fetcher } = fakeServer();
    const hub = new LiveHub(fetcher);
    const one = tab();
    hub.join(one.port);
    hub.receive(one.port, { kind: 'list', wanted: true });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    requests[0]?.end();
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    await vi.waitFor(() =>
      expect(one.messages.some((message) => message.kind === 'list-resumed')).toBe(true),
    );
    hub.receive(one.port, { kind: 'bye' });
  });
});
