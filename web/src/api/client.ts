import createClient from 'openapi-fetch';
import { ApiError, problemOf } from './problem';
import type { paths } from './schema';

/** What the session gate of the page listens to: the token is missing, or is not the server's any more. */
export const signedOut = new EventTarget();

const client = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  // Looked up at each call, so that tests can put a server in its place.
  fetch: (request) => globalThis.fetch(request),
});

client.use({
  async onResponse({ response }) {
    if (response.status === 401) signedOut.dispatchEvent(new Event('signedout'));
    if (!response.ok) throw await problemOf(response);
    return response;
  },
  onError({ error }) {
    return error instanceof ApiError ? error : ApiError.unreachable(error);
  },
});

/**
 * The API, typed by its own description. A call that fails throws an `ApiError`, so what comes back has `data`.
 */
export const api = client;

/** What a call brought; for calls that always bring something. */
export async function dataOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Where the bytes of a workspace file are. */
export function rawUrl(path: string, options: { download?: boolean; version?: number } = {}): string {
  const query = new URLSearchParams({ path });
  if (options.download) query.set('download', 'true');
  if (options.version) query.set('v', String(options.version));
  return `/api/files/raw?${query}`;
}
