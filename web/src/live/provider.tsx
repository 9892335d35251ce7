import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { LiveClient } from './client';
import type { ConnectionState } from './protocol';
import { SessionStore } from './store';

const LiveContext = createContext<LiveClient | null>(null);
const stores = new Map<string, SessionStore>();
/** Sessions kept in memory for going back to. */
const KEPT = 12;

export function LiveProvider({ children, client }: { children: ReactNode; client?: LiveClient }) {
  const [live] = useState(() => client ?? new LiveClient());
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): LiveClient {
  const live = use(LiveContext);
  if (!live) throw new Error('LiveProvider is missing.');
  return live;
}

/** The live view of a session; it is followed as long as a component that called this is shown. */
export function useSession(id: string): SessionStore {
  const live = useLive();
  const store = useMemo(() => {
    const known = stores.get(id);
    const store = known ?? new SessionStore(id, live);
    stores.delete(id);
    stores.set(id, store);
    const oldest = stores.keys().next().value;
    if (stores.size > KEPT && oldest) stores.delete(oldest);
    return store;
  }, [id, live]);
  useEffect(() => store.attach(), [store]);
  return store;
}

export function useConnection(): ConnectionState {
  const { connection } = useLive();
  return useSyncExternalStore(connection.subscribe, connection.get);
}
