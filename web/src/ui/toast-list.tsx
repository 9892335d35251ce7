import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { Button, IconButton } from './button';
import { dismiss, type ToastMessage } from './toast';

/** The toasts that are there, the newest below. */
export default function ToastList({ toasts }: { toasts: readonly ToastMessage[] }) {
  return (
    <Radix.Provider swipeDirection="right" label="Notice">
      {toasts.map(({ id, text, kind, action, duration }) => (
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
