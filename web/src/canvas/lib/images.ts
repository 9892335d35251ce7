import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { datasetQuery } from '@/api/queries';
import { useStudio } from '@/session/context';

/** Names the files of an image folder in its table. */
export const IMAGE = 'image';

/** Where an image of the session's dataset is, by its name in the table; null where the rows are no images. */
export function useImages(): ((name: string) => string) | null {
  const { session } = useStudio();
  const { data } = useQuery(datasetQuery(session.experiment_id));
  const dataset = session.dataset_id ?? session.experiment_id;
  const addressOf = useCallback(
    (name: string) => `/api/datasets/${dataset}/images/${encodeURIComponent(name)}`,
    [dataset],
  );
  return data?.format === 'images' ? addressOf : null;
}
