import { type InfiniteData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import type { ExperimentSummary } from '@/api/types';
import type { GallerySearch } from '@/app/router';

export const PAGE = 48;

export interface GalleryPage {
  items: ExperimentSummary[];
  /** The cursor of the next page. */
  next: string | null;
}

export type GalleryData = InfiniteData<GalleryPage, string | null>;

/** The cursor that a `Link` header leads to. */
export function nextCursor(link: string | null): string | null {
  const address = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return address ? new URL(address, 'http://server').searchParams.get('cursor') : null;
}

export const galleryQuery = ({ q, state, model, sort }: GallerySearch) =>
  infiniteQueryOptions({
    queryKey: ['experiments', { q, state, model, sort }],
    queryFn: async ({ pageParam, signal }): Promise<GalleryPage> => {
      const { data, response } = await api.GET('/api/experiments', {
        params: {
          query: { include: 'summary', limit: PAGE, q, state, model, sort, cursor: pageParam ?? undefined },
        },
        signal,
      });
      return { items: data ?? [], next: nextCursor(response.headers.get('Link')) };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });

export const totalsQuery = queryOptions({
  queryKey: ['experiments', 'totals'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/experiments/totals', { signal })),
});

export const samplesQuery = queryOptions({
  queryKey: ['samples'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/samples', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const fetchSummaries = (ids: readonly string[]) =>
  dataOf(api.GET('/api/experiments', { params: { query: { include: 'summary', ids: ids.join(',') } } }));
