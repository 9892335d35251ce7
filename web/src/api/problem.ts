import type { ProblemDetails } from './schema';

/** A call that failed: `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly traceId: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ApiError';
  }

  static unreachable(cause: unknown): ApiError | Error {
    if (cause instanceof DOMException && cause.name === 'AbortError') return cause;
    return new ApiError('The server cannot be reached. Is Trainable still running?', 0, null, { cause });
  }

  /** Worth trying again without a change. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function problemOf(response: Response): Promise<ApiError> {
  let problem: (ProblemDetails & { trace_id?: string }) | null = null;
  try {
    problem = (await response.clone().json()) as ProblemDetails;
  } catch {
    // A proxy's page, or nothing at all.
  }
  const detail =
    typeof problem?.detail === 'string' && problem.detail
      ? problem.detail
      : `The server answered ${response.status}${response.statusText ? ` ${response.statusText}` : ''}.`;
  return new ApiError(detail, response.status, problem?.trace_id ?? null);
}
