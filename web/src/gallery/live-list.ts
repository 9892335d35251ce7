import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ListChanged } from '@/api/schema';
import type { ExperimentSummary } from '@/api/types';
import { useLive } from '@/live/provider';
import type { LiveEvent } from '@/live/sse';
import { fetchSummaries, type GalleryData } from './queries';

/** Changes that come together are asked about together. */
const GATHER_MS = 120;
/** A request names at most this many. */
const MOST = 60;

/** Keeps the gallery's lists true to the server: what changed is read again, and nothing else. */
export function useLiveList() {
  const live = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    const changed = new Set<string>();
    let all = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = async () => {
      timer = undefined;
      const ids = [...changed];
      changed.clear();
      if (all || ids.length > MOST) {
        all = false;
        await queries.invalidateQueries({ queryKey: ['experiments'] });
        return;
      }
      void queries.invalidateQueries({ queryKey: ['experiments', 'totals'] });
      if (ids.length > 0) patch(queries, await fetchSummaries(ids).catch(() => []));
    };
    const gather = () => {
      timer ??= setTimeout(() => void flush(), GATHER_MS);
    };
    const stop = live.followList(
      (events) => {
        for (const event of events) {
          const { experiment, gone, added } = whatChanged(event, queries);
          if (gone && experiment) remove(queries, new Set([experiment]));
          else if (added || !experiment) all = true;
          else changed.add(experiment);
        }
        gather();
      },
      () => {
        all = true;
        gather();
      },
    );
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, queries]);
}

function whatChanged(event: LiveEvent, queries: QueryClient) {
  if (event.type === 'state_change') {
    const shown = find(queries, (one) => one.latest_session_id === event.session_id);
    return { experiment: shown?.id ?? null, gone: false, added: false };
  }
  return {
    experiment: (event.data as ListChanged).experiment_id,
    gone: event.type === 'experiment_deleted',
    added: event.type === 'experiment_created',
  };
}

const lists = (queries: QueryClient) =>
  queries
    .getQueriesData<GalleryData>({ queryKey: ['experiments'] })
    .filter(([, data]) => Array.isArray(data?.pages));

function find(
  queries: QueryClient,
  fits: (one: ExperimentSummary) => boolean,
): ExperimentSummary | undefined {
  for (const [, data] of lists(queries))
    for (const page of data?.pages ?? []) {
      const found = page.items.find(fits);
      if (found) return found;
    }
  return undefined;
}

/** Puts newer summaries in the place of older ones. */
export function patch(queries: QueryClient, fresh: readonly ExperimentSummary[]) {
  const byId = new Map(fresh.map((one) => [one.id, one]));
  change(queries, (items) => items.map((one) => byId.get(one.id) ?? one));
}

export function remove(queries: QueryClient, ids: ReadonlySet<string>) {
  change(queries, (items) => items.filter((one) => !ids.has(one.id)));
}

function change(queries: QueryClient, how: (items: ExperimentSummary[]) => ExperimentSummary[]) {
  for (const [key] of lists(queries))
    queries.setQueryData<GalleryData>(
      key,
      (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: how(page.items) })) },
    );
}
