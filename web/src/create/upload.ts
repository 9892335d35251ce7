import { ApiError } from '@/api/problem';
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
export async function upload(
  experiment: NewExperiment,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ExperimentCreated> {
  const total = experiment.files.reduce((sum, { file }) => sum + file.size, 0);
  const large = experiment.files.filter(({ file }) => file.size >= LARGE);
  const small = experiment.files.filter(({ file }) => file.size < LARGE);
  const meter = new Meter(total, onProgress);
  const ids: string[] = [];
  let before = 0;
  for (const chosen of large) {
    const start = before;
    ids.push(await sendInPieces(chosen, (bytes) => meter.reached(start + bytes), signal));
    before += chosen.file.size;
  }
  const created = await create(
    { ...experiment, files: small },
    ids,
    (bytes) => meter.reached(before + bytes),
    signal,
  );
  settle(large);
  return created;
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

/** The form, with the small files in it. XMLHttpRequest, since fetch cannot tell how much was sent. */
function create(
  experiment: NewExperiment,
  uploads: readonly string[],
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ExperimentCreated> {
  const form = new FormData();
  form.set('name', experiment.name);
  form.set('instructions', experiment.instructions);
  form.set('options', JSON.stringify(experiment.options));
  for (const { file, path } of experiment.files) form.append('files', file, path);
  for (const id of uploads) form.append('uploads', id);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status === 200) resolve(body as ExperimentCreated);
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
    request.open('POST', '/api/experiments');
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
