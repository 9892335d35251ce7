import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { Button, IconButton } from './button';

interface ToastMessage {
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

const dismiss = (id: number) => change(toasts.filter((one) => one.id !== id));

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <Radix.Provider swipeDirection="right" label="Notice">
      {shown.map(({ id, text, kind, action, duration }) => (
        <Radix.Root
          key={id}
          duration={duration}
          onOpenChange={(open) => !open && dismiss(id)}
          className="flex animate-appear items-center gap-2.5 rounded-md border border-gray-6 bg-surface py-2 pr-2 pl-3 shadow-raised"
        >
          {kind === 'failed' && <CircleAlert size={16} className="shrink-0 text-failed" />}
          {kind === 'done' && <CircleCheck size={16} className="shrink-0 text-done" />}
          <Radix.Description className="min-w-0 grow [overflow-wrap:anywhere]">{text}</Radix.Description>
          {action && (
            <Radix.Action altText={action.label} asChild>
              <Button size="small" onClick={action.run}>
                {action.label}
              </Button>
            </Radix.Action>
          )}
          <Radix.Close asChild>
            <IconButton label="Dismiss" size="small">
              <X size={14} />
            </IconButton>
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-3 bottom-3 z-[60] flex w-[min(420px,calc(100vw-24px))] flex-col gap-2 outline-none" />
    </Radix.Provider>
  );
}
