import { QueryClient, queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import { ApiError } from './problem';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.passing,
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
  },
});

export const experimentQuery = (id: string) =>
  queryOptions({
    queryKey: ['experiment', id],
    queryFn: ({ signal }) => dataOf(api.GET('/api/experiments/{id}', { params: { path: { id } }, signal })),
  });

/** The session's rows; what changes while it runs comes by the live layer. */
export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ['session', id],
    queryFn: ({ signal }) => dataOf(api.GET('/api/sessions/{id}', { params: { path: { id } }, signal })),
  });

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/models', { signal })),
  staleTime: 5 * 60_000,
});

export const fileTextQuery = (path: string, version = 0) =>
  queryOptions({
    queryKey: ['file', path, version],
    queryFn: ({ signal }) => dataOf(api.GET('/api/files/read', { params: { query: { path } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The versions of an experiment's dataset, oldest first. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['versions', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/experiments/{id}/versions', { params: { path: { id } }, signal })),
  });

/** What the upload turned out to be, and how it was divided. */
export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/experiments/{id}/dataset', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
