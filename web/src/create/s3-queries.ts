import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import { problemOf } from '@/api/problem';
import type { S3Listing } from '@/api/schema';
import type { DatasetPreview, ExperimentCreated, ExperimentOptions } from '@/api/types';
import { addressOf, isFolder, type S3Choice } from './s3-source';

const PAGE = 200;

/** The buckets that the server may use; none where S3 is not set up. */
export const bucketsQuery = queryOptions({
  queryKey: ['s3', 'buckets'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/s3/buckets', { signal })),
});

/** What lies directly below a prefix, page by page. */
export const listingQuery = (bucket: string, prefix: string) =>
  infiniteQueryOptions({
    queryKey: ['s3', 'list', bucket, prefix],
    initialPageParam: null as string | null,
    getNextPageParam: (page: S3Listing) => page.next_cursor ?? null,
    retry: false,
    queryFn: ({ pageParam, signal }): Promise<S3Listing> =>
      dataOf(
        api.GET('/api/s3/list', {
          params: { query: { bucket, prefix, limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
  });

/** What is in an object, from its beginning. */
export const objectPreviewQuery = (choice: S3Choice | null) =>
  queryOptions({
    queryKey: ['s3', 'preview', choice && addressOf(choice)],
    enabled: choice !== null && !isFolder(choice),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: ({ signal }): Promise<DatasetPreview> => {
      const { bucket, key } = choice as S3Choice;
      return dataOf(api.GET('/api/s3/preview', { params: { query: { bucket, key } }, signal }));
    },
  });

/** Has the server take the data from S3 and make the experiment. */
export async function createFromS3(
  experiment: { name: string; instructions: string; options: Partial<ExperimentOptions> },
  choice: S3Choice,
  signal: AbortSignal,
): Promise<ExperimentCreated> {
  const form = new FormData();
  form.set('name', experiment.name);
  form.set('instructions', experiment.instructions);
  form.set('options', JSON.stringify(experiment.options));
  form.set('s3_path', addressOf(choice));
  const response = await fetch('/api/experiments/from-s3', { method: 'POST', body: form, signal });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as ExperimentCreated;
}
