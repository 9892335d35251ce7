import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { ApiError } from '@/api/problem';
import { sessionQuery } from '@/api/queries';
import { type SessionSearch, TABS } from '@/app/router';
import { useKeys } from '@/app/shortcuts';
import { TopBar } from '@/app/top-bar';
import { Canvas } from '@/canvas/canvas';
import { useConnection, useLive, useSession } from '@/live/provider';
import { useView } from '@/live/store';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { Afterwards } from './afterwards';
import { StudioContext } from './context';
import { Panes } from './panes';
import { StageBar } from './stages/stage-bar';
import { Transcript } from './transcript/transcript';

/** What the page's first script asked for is no older than this; who comes back to the page gets it anew. */
const ASKED_EARLY_MS = 2_000;

const route = getRouteApi('/sessions/$id');

/** The studio: one session, live. */
export default function SessionPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const query = useQuery({ ...sessionQuery(id), staleTime: ASKED_EARLY_MS });
  const store = useSession(id);
  const live = useLive();
  const state = useView(store, (view) => view.state);
  const known = useView(store, (view) => view.lastSeq > 0);
  const connection = useConnection();
  const gone = query.error instanceof ApiError && query.error.status === 404;

  // The rows of the runs change when the state does. Before its first event nothing is known of the state.
  const asRead = query.data?.state;
  useEffect(() => {
    if (asRead !== undefined && store.get().lastSeq > 0 && state !== asRead)
      void queries.invalidateQueries({ queryKey: ['session', id] });
  }, [queries, id, store, state, asRead]);
  const end = query.data?.last_seq;
  useEffect(() => {
    if (end !== undefined) store.expect(end);
  }, [store, end]);
  // A stream that ends may mean that the session was deleted.
  const lost = connection.kind === 'lost';
  useEffect(() => {
    if (lost) void queries.invalidateQueries({ queryKey: ['session', id] });
  }, [queries, id, lost]);
  useEffect(() => {
    if (gone) live.forget(id);
  }, [live, gone, id]);

  const show = useCallback(
    (to: Partial<SessionSearch>) =>
      void navigate({ search: (now: SessionSearch) => ({ ...now, ...to }), replace: true }),
    [navigate],
  );
  useKeys(
    useMemo(
      () => Object.fromEntries(TABS.map((tab, index) => [String(index + 1), () => show({ tab })])),
      [show],
    ),
  );
  const session = query.data;
  const studio = useMemo(() => session && { store, session, search, show }, [store, session, search, show]);

  if (gone) {
    return (
      <>
        <TopBar />
        <main id="main" className="grow">
          <Empty title="This session does not exist" action={<Link to="/">All experiments</Link>}>
            It was deleted, or the address is mistyped.
          </Empty>
        </main>
      </>
    );
  }
  if (!studio) {
    return (
      <>
        <TopBar />
        <main id="main" className="grow p-6">
          {query.error ? (
            <ErrorState
              error={query.error}
              title="The session could not be read"
              onRetry={() => void query.refetch()}
            />
          ) : (
            <SkeletonText lines={6} className="max-w-md" />
          )}
        </main>
      </>
    );
  }
  return (
    <StudioContext value={studio}>
      <TopBar>
        <StageBar />
      </TopBar>
      <main id="main" className="min-h-0 grow">
        <Panes
          transcript={<Transcript />}
          canvas={
            <Afterwards when={known || studio.session.last_seq === 0}>
              <Canvas />
            </Afterwards>
          }
        />
      </main>
    </StudioContext>
  );
}
