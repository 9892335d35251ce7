import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';

export type UsagePart = 'day' | 'model' | 'session';

/** What all sessions have spent, added up by the database. */
export const usageQuery = (by: UsagePart) =>
  queryOptions({
    queryKey: ['usage', by],
    queryFn: ({ signal }) => dataOf(api.GET('/api/usage', { params: { query: { by } }, signal })),
  });
