import { createContext, use } from 'react';
import type { SessionDetail } from '@/api/types';
import type { SessionSearch } from '@/app/router';
import type { SessionStore } from '@/live/store';

/** What every part of the studio page works on. */
export interface Studio {
  /** The live view; read parts of it with `useView(store, view => …)`. */
  store: SessionStore;
  /** The rows as they were when the page was opened or a stage ended: experiment, models of runs. */
  session: SessionDetail;
  search: SessionSearch;
  /** Goes to a place on this page, so that it has an address; what is left out stays. */
  show: (search: Partial<SessionSearch>) => void;
}

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = use(StudioContext);
  if (!studio) throw new Error('This is shown outside of a session.');
  return studio;
}
