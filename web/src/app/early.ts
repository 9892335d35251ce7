import { queryClient, sessionQuery } from '@/api/queries';
import { galleryQuery, totalsQuery } from '@/gallery/queries';
import type { LiveClient } from '@/live/client';
import { followEarly } from '@/live/provider';

const SESSION = /^\/sessions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/;

/** Asks for what the page at this address will need before anything is drawn: it then has it when it is. */
export function askEarly({ pathname, search }: Location, live: LiveClient) {
  if (pathname === '/' && !search) {
    void queryClient.prefetchInfiniteQuery(galleryQuery({}));
    void queryClient.prefetchQuery(totalsQuery);
  }
  const id = SESSION.exec(pathname)?.[1];
  if (!id) return;
  const store = followEarly(id, live);
  void queryClient.fetchQuery(sessionQuery(id)).then(
    (session) => store.expect(session.last_seq),
    () => {}, // The page asks again, and tells what is wrong.
  );
}
