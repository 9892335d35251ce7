import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import { problemOf } from '@/api/problem';
import type { PredictionResult } from '@/api/schema';

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

/** A table's predictions as a file. */
export async function predictTable(
  id: string,
  file: File,
  asked: { explain: boolean; threshold: number | null },
): Promise<PredictedTable> {
  const query = new URLSearchParams();
  if (asked.explain) query.set('explain', 'true');
  if (asked.threshold !== null) query.set('threshold', String(asked.threshold));
  const response = await fetch(`/api/sessions/${id}/predict?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv', Accept: 'text/csv' },
    body: file,
  });
  if (!response.ok) throw await problemOf(response);
  const notes: unknown = JSON.parse(response.headers.get('Trainable-Notes') ?? '[]');
  return {
    name: file.name,
    file: await response.blob(),
    notes: Array.isArray(notes) ? notes.map(String) : [],
  };
}
