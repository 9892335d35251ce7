import { useMutation } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import { problemOf } from '@/api/problem';
import type { Stage, StartStageRequest } from '@/api/types';
import { STAGE_NAMES } from '@/lib/words';
import { isBusy } from '@/live/view';
import { toast, toastError } from '@/ui/toast';
import { useStudio } from './context';

// What a person does to a session. What becomes of it comes by the stream.

export function useSendMessage() {
  const { store } = useStudio();
  return useMutation({
    mutationFn: (content: string) =>
      dataOf(
        api.POST('/api/sessions/{id}/messages', {
          params: { path: { id: store.id } },
          // A running stage reads it at its next turn; otherwise it is to be answered.
          body: { content, run_agent: !isBusy(store.get()) },
        }),
      ),
    onError: toastError,
  });
}

export interface StartWhat {
  /** Null starts the first stage that is not done, and goes on by itself. */
  stage: Stage | null;
  options?: StartStageRequest;
}

export function useStart() {
  const { store } = useStudio();
  return useMutation({
    mutationFn: ({ stage, options }: StartWhat) =>
      stage === null
        ? dataOf(
            api.POST('/api/sessions/{id}/auto', { params: { path: { id: store.id } }, body: options ?? {} }),
          )
        : dataOf(
            api.POST('/api/sessions/{id}/stages/{stage}/start', {
              params: { path: { id: store.id, stage } },
              body: options ?? {},
            }),
          ),
    onError: toastError,
  });
}

/** Lets autopilot go on with a stage whose model failed or was stopped. */
export function useTakeOver() {
  const { store } = useStudio();
  return useMutation({
    mutationFn: (stage: Stage) =>
      dataOf(
        api.POST('/api/sessions/{id}/stages/{stage}/start', {
          params: { path: { id: store.id, stage } },
          body: { take_over: true },
        }),
      ),
    onError: toastError,
  });
}

export function useStop() {
  const { store } = useStudio();
  return useMutation({
    mutationFn: () => dataOf(api.POST('/api/sessions/{id}/abort', { params: { path: { id: store.id } } })),
    onSuccess: ({ status }) => {
      if (status === 'not_running') return;
      const stopped = store.get().runs.at(-1);
      toast(stopped ? `${STAGE_NAMES[stopped.stage]} was stopped. What it made so far is kept.` : 'Stopped.');
    },
    onError: toastError,
  });
}

/** What a question takes: words, or a decision about a script. */
export interface AnswerWhat {
  questionId: string;
  answer?: string;
  decision?: 'approve' | 'reject' | 'edit';
  reason?: string;
  code?: string;
}

export function useAnswer() {
  const { store } = useStudio();
  return useMutation({
    // By hand: the API's description leaves the body of this one open.
    mutationFn: async ({ questionId, ...body }: AnswerWhat) => {
      const response = await fetch(`/api/sessions/${store.id}/questions/${questionId}/answer`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw await problemOf(response);
    },
    onError: toastError,
  });
}
