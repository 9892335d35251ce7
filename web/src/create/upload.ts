import { ApiError } from '@/api/problem';
import type { ExperimentCreated, ExperimentOptions } from '@/api/types';
import type { ChosenFile } from './dropped';

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

/** Sends the files and makes the experiment. XMLHttpRequest, since fetch cannot tell how much was sent. */
export function upload(
  experiment: NewExperiment,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<ExperimentCreated> {
  const form = new FormData();
  form.set('name', experiment.name);
  form.set('instructions', experiment.instructions);
  form.set('options', JSON.stringify(experiment.options));
  for (const { file, path } of experiment.files) form.append('files', file, path);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const samples: [time: number, sent: number][] = [[performance.now(), 0]];
    request.upload.onprogress = ({ loaded, total }) => {
      const now = performance.now();
      samples.push([now, loaded]);
      while (samples.length > 2 && now - (samples[0]?.[0] ?? now) > 4_000) samples.shift();
      const [since, before] = samples[0] ?? [now, loaded];
      onProgress({
        sent: loaded,
        total,
        rate: now - since > 300 ? ((loaded - before) / (now - since)) * 1000 : null,
      });
    };
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
