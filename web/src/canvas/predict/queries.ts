import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import { problemOf } from '@/api/problem';
import type { PredictionResult } from '@/api/schema';
import type { ChosenFile } from '@/create/dropped';
import { isImage } from '@/create/image-folder';

/** What the session's model takes; `version` changes when another model was trained. */
export const formQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ['predict', id, version],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/sessions/{id}/predict', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A row's prediction with its explanation. */
export async function predictRow(
  id: string,
  row: Readonly<Record<string, string | null>>,
  threshold: number | null,
): Promise<PredictionResult> {
  const response = await fetch(`/api/sessions/${id}/predict`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ rows: [row], explain: true, threshold }),
  });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

export interface PredictedTable {
  name: string;
  /** The rows as they came, with their predictions, as CSV. */
  file: Blob;
  notes: readonly string[];
}

/** Predictions of a table, of an image, or of images packed together, as a file. */
export async function predictFiles(
  id: string,
  files: readonly ChosenFile[],
  asked: { explain: boolean; threshold: number | null },
): Promise<PredictedTable> {
  const sent = await bodyOf(files);
  const query = new URLSearchParams();
  if (asked.explain) query.set('explain', 'true');
  if (asked.threshold !== null) query.set('threshold', String(asked.threshold));
  if (sent.type.startsWith('image/')) query.set('name', sent.name);
  const response = await fetch(`/api/sessions/${id}/predict?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': sent.type, Accept: 'text/csv' },
    body: sent.body,
  });
  if (!response.ok) throw await problemOf(response);
  const notes: unknown = JSON.parse(response.headers.get('Trainable-Notes') ?? '[]');
  return {
    name: sent.name.replace(/(\.[a-z]+)?$/i, '.csv'),
    file: await response.blob(),
    notes: Array.isArray(notes) ? notes.map(String) : [],
  };
}

interface Sent {
  name: string;
  type: string;
  body: Blob;
}

/** Some browsers know no type of some images, such as TIFF; the server opens the file to find out which it is. */
const typeOf = (file: File) => {
  if (!isImage(file.name)) return 'text/csv';
  return file.type.startsWith('image/') ? file.type : 'image/*';
};

/** One file is sent as it is; of several, the images in an archive. */
async function bodyOf(files: readonly ChosenFile[]): Promise<Sent> {
  const [first] = files;
  if (!first) throw new Error('There is no file to predict.');
  const { file } = first;
  if (files.length === 1 && /\.zip$/i.test(file.name))
    return { name: file.name, type: 'application/zip', body: file };
  if (files.length === 1) return { name: file.name, type: typeOf(file), body: file };
  const images = files.filter(({ path }) => isImage(path));
  if (images.length === 0)
    throw new Error('There are several files and no image among them. Choose one table, or images.');
  const { packed } = await import('./packed');
  return { name: 'images', type: 'application/zip', body: await packed(images) };
}
