import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { api } from '@/api/client';
import { formatOf } from '@/lib/format';
import { toast, toastError } from '@/ui/toast';

/** So long a deletion can be taken back; until then nothing is deleted. */
const GRACE_MS = 7_000;

// Experiments that are to be deleted: hidden at once, deleted when the time to take it back has passed.
let doomed: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function change(to: ReadonlySet<string>) {
  doomed = to;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useDoomed = () => useSyncExternalStore(subscribe, () => doomed);

const without = (ids: readonly string[]) => new Set([...doomed].filter((id) => !ids.includes(id)));

/** Deletes experiments, with a while to take it back. */
export function useDelete() {
  const queries = useQueryClient();
  return useCallback(
    (experiments: readonly { id: string; name: string }[]) => {
      const ids = experiments.map((one) => one.id);
      change(new Set([...doomed, ...ids]));
      const commit = () => {
        removeEventListener('pagehide', leave);
        void carryOut(queries, ids);
      };
      const timer = setTimeout(commit, GRACE_MS);
      // Who closes the page meant it.
      const leave = () => {
        clearTimeout(timer);
        for (const id of ids) void fetch(`/api/experiments/${id}`, { method: 'DELETE', keepalive: true });
      };
      addEventListener('pagehide', leave);
      const what = experiments.length === 1 ? experiments[0]?.name : formatOf(ids.length, 'experiment');
      toast(`Deleted ${what} with its data, sessions and models.`, {
        duration: GRACE_MS,
        action: {
          label: 'Undo',
          run: () => {
            clearTimeout(timer);
            removeEventListener('pagehide', leave);
            change(without(ids));
          },
        },
      });
    },
    [queries],
  );
}

async function carryOut(queries: QueryClient, ids: readonly string[]) {
  const results = await Promise.allSettled(
    ids.map((id) => api.DELETE('/api/experiments/{id}', { params: { path: { id } } })),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) toastError(failure.reason);
  await queries.invalidateQueries({ queryKey: ['experiments'] });
  change(without(ids));
}
