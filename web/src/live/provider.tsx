import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import type { LiveClient } from './client';
import type { ConnectionState } from './protocol';
import { SessionStore } from './store';
import type { SessionView } from './view';

const LiveContext = createContext<LiveClient | null>(null);
const stores = new Map<string, SessionStore>();
/** Sessions kept in memory for going back to. */
const KEPT = 12;

export function LiveProvider({ children, client }: { children: ReactNode; client: LiveClient }) {
  return <LiveContext value={client}>{children}</LiveContext>;
}

export function useLive(): LiveClient {
  const live = use(LiveContext);
  if (!live) throw new Error('LiveProvider is missing.');
  return live;
}

/** The live view of a session; it is followed as long as a component that called this is shown. */
export function useSession(id: string): SessionStore {
  const live = useLive();
  const store = useMemo(() => storeOf(id, live), [id, live]);
  useEffect(() => store.attach(), [store]);
  return store;
}

/** Long enough for any page to follow a session itself. */
const EARLY_MS = 20_000;

/** Follows a session for the page that is about to show it. */
export function followEarly(id: string, live: LiveClient): SessionStore {
  const store = storeOf(id, live);
  setTimeout(store.attach(), EARLY_MS);
  return store;
}

/** The live views of several sessions. */
export function useViews(ids: readonly string[]): readonly SessionView[] {
  const live = useLive();
  const key = ids.join();
  const stores = useMemo(() => (key ? key.split(',').map((id) => storeOf(id, live)) : []), [key, live]);
  useEffect(() => {
    const ends = stores.map((store) => store.attach());
    return () => {
      for (const end of ends) end();
    };
  }, [stores]);
  const last = useRef<readonly SessionView[]>([]);
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = stores.map((store) => store.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    [stores],
  );
  return useSyncExternalStore(subscribe, () => {
    const views = stores.map((store) => store.get());
    if (views.length !== last.current.length || views.some((view, index) => view !== last.current[index]))
      last.current = views;
    return last.current;
  });
}

function storeOf(id: string, live: LiveClient): SessionStore {
  const store = stores.get(id) ?? new SessionStore(id, live);
  // The one used last stands last.
  stores.delete(id);
  stores.set(id, store);
  const oldest = stores.keys().next().value;
  if (stores.size > KEPT && oldest) stores.delete(oldest);
  return store;
}

export function useConnection(): ConnectionState {
  const { connection } = useLive();
  return useSyncExternalStore(connection.subscribe, connection.get);
}
