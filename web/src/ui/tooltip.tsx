import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Keys } from './keys';

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={350} skipDelayDuration={250}>
      {children}
    </Radix.Provider>
  );
}

export function Tooltip({
  text,
  shortcut,
  side,
  children,
}: {
  text: ReactNode;
  shortcut?: ReactNode;
  side?: 'top' | 'bottom' | 'left' | 'right';
  children: ReactElement;
}) {
  if (!text) return children;
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={5}
          collisionPadding={8}
          className="z-50 flex max-w-80 animate-appear items-center gap-2 rounded-md bg-gray-12 px-2 py-1 text-gray-1 text-small shadow-raised"
        >
          <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>
          {shortcut && <Keys inverse>{shortcut}</Keys>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
