import { ApiError } from '@/api/problem';
import type { DatasetVersionCreated } from '@/api/schema';
import type { ExperimentCreated, ExperimentOptions } from '@/api/types';
import type { ChosenFile } from './dropped';
import { LARGE, sendInPieces, settle } from './resumable';

export interface NewExperiment {
  name: string;
  files: readonly ChosenFile[];
  instructions: string;
  options: Partial<ExperimentOptions>;
}

export interface UploadProgress {
  sent: number;
  total: number;
  /** Bytes a second, over the last few seconds. */
  rate: number | null;
}

/** Whether any of the files goes in pieces, and can be paused therefore. */
export const isLarge = (files: readonly ChosenFile[]) => files.some(({ file }) => file.size >= LARGE);

/** Sends the files, the large ones in pieces, and makes the experiment. */
export const upload = (
  { files, name, instructions, options }: NewExperiment,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ExperimentCreated> =>
  send(
    '/api/experiments',
    { name, instructions, options: JSON.stringify(options) },
    files,
    onProgress,
    signal,
  );

/** Sends the files as a new version of an experiment's dataset. */
export const uploadVersion = (
  experiment: string,
  files: readonly ChosenFile[],
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<DatasetVersionCreated> =>
  send(`/api/experiments/${experiment}/versions`, {}, files, onProgress, signal);

async function send<Made>(
  url: string,
  fields: Readonly<Record<string, string>>,
  files: readonly ChosenFile[],
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<Made> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const large = files.filter(({ file }) => file.size >= LARGE);
  const small = files.filter(({ file }) => file.size < LARGE);
  const meter = new Meter(total, onProgress);
  const ids: string[] = [];
  let before = 0;
  for (const chosen of large) {
    const start = before;
    ids.push(await sendInPieces(chosen, (bytes) => meter.reached(start + bytes), signal));
    before += chosen.file.size;
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const { file, path } of small) form.append('files', file, path);
  for (const id of ids) form.append('uploads', id);
  const made = await post<Made>(url, form, (bytes) => meter.reached(before + bytes), signal);
  settle(large);
  return made;
}

/** How far it is, and how quick over the last few seconds. */
class Meter {
  private readonly samples: [time: number, sent: number][] = [];

  constructor(
    private readonly total: number,
    private readonly onProgress: (progress: UploadProgress) => void,
  ) {}

  reached(bytes: number) {
    const sent = Math.min(bytes, this.total);
    const now = performance.now();
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - (this.samples[0]?.[0] ?? now) > 4_000) this.samples.shift();
    const [since, before] = this.samples[0] ?? [now, sent];
    const rate = now - since > 300 && sent >= before ? ((sent - before) / (now - since)) * 1000 : null;
    this.onProgress({ sent, total: this.total, rate });
  }
}

/** XMLHttpRequest, since fetch cannot tell how much was sent. */
function post<Made>(
  url: string,
  form: FormData,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Made> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status === 200) resolve(body as Made);
      else {
        const problem = body as { detail?: string; trace_id?: string } | null;
        reject(
          new ApiError(
            problem?.detail ?? `The server answered ${request.status}.`,
            request.status,
            problem?.trace_id ?? null,
          ),
        );
      }
    };
    request.onerror = () =>
      reject(
        new ApiError('The upload broke off: the server cannot be reached. Nothing was kept; try again.', 0),
      );
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.open('POST', url);
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
