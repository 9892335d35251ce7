import { queryOptions } from '@tanstack/react-query';
import { problemOf } from '@/api/problem';
import type { DatasetPreview } from '@/api/types';
import type { ChosenFile } from './dropped';

/** Of a file this much is looked at before it is sent. */
const HEAD = 1 << 20;
const WORKBOOK = 8 << 20;

/** What the beginning of a file shows, by the server's own reader. */
export const previewQuery = (chosen: ChosenFile | null, sheet = '') =>
  queryOptions({
    queryKey: ['preview', chosen?.path, chosen?.file.size, chosen?.file.lastModified, sheet],
    enabled: chosen !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<DatasetPreview> => {
      const { file, path } = chosen as ChosenFile;
      const form = new FormData();
      // A workbook can only be opened whole.
      const head = /\.(xlsx|xlsm)$/i.test(path) ? WORKBOOK : HEAD;
      form.set('file', file.slice(0, head), path);
      if (sheet) form.set('sheet', sheet);
      if (file.size > head) {
        form.set('size', String(file.size));
        // Parquet describes itself at its end.
        if (/\.(parquet|pq)$/i.test(path)) form.set('tail', file.slice(-head), 'tail');
      }
      const response = await fetch('/api/datasets/preview', { method: 'POST', body: form, signal });
      if (!response.ok) throw await problemOf(response);
      return (await response.json()) as DatasetPreview;
    },
  });
