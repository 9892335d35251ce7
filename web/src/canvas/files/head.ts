import { queryOptions } from '@tanstack/react-query';
import { rawUrl } from '@/api/client';
import { ApiError, problemOf } from '@/api/problem';

/** What is read of a file to be shown as text. */
export const MOST_BYTES = 4 << 20;

export interface FileHead {
  /** null when the bytes are no UTF-8 text. */
  text: string | null;
  /** Bytes of the whole file, and of what was read. */
  size: number;
  read: number;
}

/** The beginning of a file: of one however large no more is fetched than can be shown. */
export const headQuery = (path: string, version: number) =>
  queryOptions({
    queryKey: ['head', path, version],
    queryFn: ({ signal }) => readHead(path, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

async function readHead(path: string, signal: AbortSignal): Promise<FileHead> {
  let answer: Response;
  try {
    answer = await fetch(rawUrl(path), { signal, headers: { Range: `bytes=0-${MOST_BYTES - 1}` } });
  } catch (error) {
    throw ApiError.unreachable(error);
  }
  // An empty file has no range to give.
  if (answer.status === 416) return { text: '', size: 0, read: 0 };
  if (!answer.ok) throw await problemOf(answer);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const total = Number(/\/(\d+)$/.exec(answer.headers.get('Content-Range') ?? '')?.[1]);
  return { ...decode(bytes), size: Number.isFinite(total) ? total : bytes.length, read: bytes.length };
}

export function decode(bytes: Uint8Array): { text: string | null } {
  if (bytes.subarray(0, 65_536).includes(0)) return { text: null };
  // The cut may fall within a character: of the last three bytes it is not held against the file.
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut++) {
    try {
      return {
        text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - cut)),
      };
    } catch {
      // Tried again with less.
    }
  }
  return { text: null };
}
