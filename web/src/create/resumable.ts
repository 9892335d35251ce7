import { ApiError, problemOf } from '@/api/problem';
import { readStored, store } from '@/lib/storage';
import type { ChosenFile } from './dropped';

// Large files go in pieces, by the tus protocol 1.0.0: what has arrived is kept on the server, and an upload goes on where it
// stopped after a pause, a broken connection, a reload of the page or a restart of the server.

/** From this size on a file goes in pieces. */
export const LARGE = 32 << 20;
const PIECE = 64 << 20;
const TRIES = 8;
const TUS = { 'Tus-Resumable': '1.0.0' };

/** Uploads that were begun here, by what tells their files apart. */
interface Begun {
  location: string;
  path: string;
  size: number;
}
type BegunUploads = Record<string, Begun>;

const KEY = 'uploads';
const areBegun = (value: unknown): value is BegunUploads => typeof value === 'object' && value !== null;
const begun = () => readStored<BegunUploads>(KEY, {}, areBegun);

/** The same file chosen again has the same name, size and date. */
const markOf = ({ file, path }: ChosenFile) => `${path}|${file.size}|${file.lastModified}`;

function remember(chosen: ChosenFile, location: string | null) {
  const { [markOf(chosen)]: _, ...others } = begun();
  const mine = { location: location ?? '', path: chosen.path, size: chosen.file.size };
  store(KEY, location ? { ...others, [markOf(chosen)]: mine } : others);
}

/** Files of which a part is on the server. */
export const unfinished = (): { path: string; size: number }[] => Object.values(begun());

/** Forgets the files here and on the server. */
export async function discard(files: readonly ChosenFile[]) {
  for (const chosen of files) {
    const location = begun()[markOf(chosen)]?.location;
    remember(chosen, null);
    if (location) await fetch(location, { method: 'DELETE', headers: TUS }).catch(() => undefined);
  }
}

/** The experiment has them now. */
export const settle = (files: readonly ChosenFile[]) => {
  for (const chosen of files) remember(chosen, null);
};

/** Sends what the server does not have of a file yet; the upload's id, for the experiment. */
export async function sendInPieces(
  chosen: ChosenFile,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const { file } = chosen;
  let [location, offset] = await find(chosen, signal);
  let failures = 0;
  onSent(offset);
  while (offset < file.size) {
    const from = offset;
    try {
      offset = await sendPiece(
        location,
        from,
        file.slice(from, from + PIECE),
        (bytes) => onSent(from + bytes),
        signal,
      );
      failures = 0;
    } catch (failure) {
      signal.throwIfAborted();
      const isPassing =
        !(failure instanceof ApiError) || [0, 409, 423, 502, 503, 504].includes(failure.status);
      if (!isPassing || ++failures === TRIES) throw failure;
      await pause(Math.min(15_000, 500 * 2 ** failures), signal);
      [location, offset] = await find(chosen, signal).catch((): [string, number] => [location, from]);
      if (offset > from) failures = 0;
    }
    onSent(offset);
  }
  return location.split('/').at(-1) ?? '';
}

/** Where the upload of a file is and how far it got; one is begun where there is none. */
async function find(chosen: ChosenFile, signal: AbortSignal): Promise<[location: string, offset: number]> {
  const known = begun()[markOf(chosen)];
  if (known) {
    const answer = await fetch(known.location, { method: 'HEAD', headers: TUS, signal });
    if (answer.ok) return [known.location, Number(answer.headers.get('Upload-Offset'))];
    if (answer.status !== 404) throw await problemOf(answer);
  }
  const answer = await fetch('/api/uploads', {
    method: 'POST',
    headers: {
      ...TUS,
      'Upload-Length': String(chosen.file.size),
      'Upload-Metadata': `filename ${base64(chosen.path)}`,
    },
    signal,
  });
  const location = answer.headers.get('Location');
  if (!answer.ok || !location) throw await problemOf(answer);
  remember(chosen, location);
  return [location, 0];
}

/** Bytes that are there after the piece. XMLHttpRequest, since fetch cannot tell how much was sent. */
function sendPiece(
  location: string,
  offset: number,
  piece: Blob,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      if (request.status === 204) resolve(Number(request.getResponseHeader('Upload-Offset')));
      else reject(new ApiError(detailOf(request.responseText, request.status), request.status));
    };
    request.onerror = () =>
      reject(
        new ApiError(
          'The upload broke off: the server cannot be reached. What has arrived is kept; try again and it goes on.',
          0,
        ),
      );
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop);
    request.open('PATCH', location);
    request.setRequestHeader('Tus-Resumable', '1.0.0');
    request.setRequestHeader('Upload-Offset', String(offset));
    request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
    request.send(piece);
  });
}

function detailOf(text: string, status: number): string {
  try {
    return (JSON.parse(text) as { detail: string }).detail;
  } catch {
    return `The server answered ${status}.`;
  }
}

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const pause = (time: number, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, time);
    signal.addEventListener('abort', stop, { once: true });
  });
