import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { vi } from 'vitest';
import type { SessionDetail } from '@/api/types';
import type { SessionSearch } from '@/app/router';
import type { LiveClient } from '@/live/client';
import { reduce } from '@/live/reduce';
import type { LiveEvent } from '@/live/sse';
import { SessionStore } from '@/live/store';
import { StudioContext } from '@/session/context';

/** What a session's log holds, as `[type, data]`, one a second. */
export type Log = readonly [type: string, data: unknown][];

export function eventsOf(log: Log, from = 0): LiveEvent[] {
  return log.map(([type, data], index) => ({
    type,
    data,
    seq: from + index + 1,
    created_at: new Date(Date.UTC(2026, 0, 1, 12, 0, from + index)).toISOString(),
  }));
}

/** A store that holds a log at once, without the frames that the page waits for. */
export class LogStore extends SessionStore {
  constructor(log: Log) {
    super('s', {} as LiveClient);
    this.append(log);
  }

  append(log: Log) {
    const self = this as unknown as { view: ReturnType<SessionStore['get']>; listeners: Set<() => void> };
    self.view = reduce(self.view, eventsOf(log, self.view.lastSeq));
    for (const listener of self.listeners) listener();
  }
}

/** jsdom lays nothing out: what draws only what is in view is told that there is room. */
function layOut(width: number, height: number) {
  for (const [name, value] of Object.entries({
    clientHeight: height,
    clientWidth: width,
  }))
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(
        private readonly tell: (entries: { contentRect: { width: number; height: number } }[]) => void,
      ) {}
      observe() {
        queueMicrotask(() => this.tell([{ contentRect: { width, height } }]));
      }
      unobserve() {}
      disconnect() {}
    },
  );
}

/** Shows a part of the canvas for a session with this log. `answers` are the server's, by the beginning of the address. */
export function renderInStudio(
  content: ReactNode,
  {
    log = [],
    search = {},
    answers = {},
  }: { log?: Log; search?: SessionSearch; answers?: Record<string, unknown> } = {},
) {
  layOut(900, 600);
  const store = new LogStore(log);
  const session = { id: 's', experiment_id: 'e', last_seq: store.get().lastSeq } as SessionDetail;
  const shown: Partial<SessionSearch>[] = [];
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const url = new URL(typeof input === 'string' ? input : input.url, 'http://localhost');
    const address = url.pathname + url.search;
    const found = Object.keys(answers).find((start) => address.startsWith(start));
    if (found === undefined)
      return Response.json({ detail: `Nothing at ${address}.`, status: 404 }, { status: 404 });
    const answer = answers[found];
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  function Page() {
    const [now, setNow] = useState(search);
    const show = (change: Partial<SessionSearch>) => {
      shown.push(change);
      setNow((before) => ({ ...before, ...change }));
    };
    return (
      <QueryClientProvider client={queries}>
        <StudioContext value={{ store, session, search: now, show }}>{content}</StudioContext>
      </QueryClientProvider>
    );
  }
  return { ...render(<Page />), store, shown };
}
