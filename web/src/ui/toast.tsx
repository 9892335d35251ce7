import { Suspense, useSyncExternalStore } from 'react';
import { part } from '@/lib/part';

export interface ToastMessage {
  id: number;
  text: string;
  kind: 'done' | 'failed' | 'info';
  action?: { label: string; run: () => void };
  /** Milliseconds; errors stay longer. */
  duration: number;
}

let toasts: readonly ToastMessage[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: readonly ToastMessage[]) {
  toasts = to;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells of something that happened, with one thing to do about it. Returns what takes it away. */
export function toast(
  text: string,
  options: { kind?: ToastMessage['kind']; action?: ToastMessage['action']; duration?: number } = {},
): () => void {
  const id = next++;
  const kind = options.kind ?? 'info';
  const duration = options.duration ?? (kind === 'failed' ? 10_000 : 5_000);
  change([...toasts.slice(-3), { id, text, kind, action: options.action, duration }]);
  return () => dismiss(id);
}

export const toastError = (error: unknown) =>
  toast(error instanceof Error ? error.message : String(error), { kind: 'failed' });

export const dismiss = (id: number) => change(toasts.filter((one) => one.id !== id));

/** Loads what shows them; a page does so when it has time, so that one that tells of a lost connection is there. */
export const loadToasts = () => import('./toast-list');
const ToastList = part(loadToasts);

/** Where they are shown; once on a page. */
export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  // Stays once there was one: the focus of a toast that goes is given to the list.
  const wasAny = next > 1;
  return <Suspense>{wasAny && <ToastList toasts={shown} />}</Suspense>;
}
