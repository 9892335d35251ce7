import { Dialog as Radix } from 'radix-ui';
import { FocusScope } from 'radix-ui/internal';
import { type ComponentProps, useState } from 'react';

/**
 * The frame of what lies above the page: Escape and a click beside it close it; the focus stays in it, and goes back to where
 * it was. Radix's own modal mode locks the page by styles on its body, so that the browser works out the style of every element
 * of a long session anew, twice, before the frame is seen. The scrim and a scope of the focus do here what that is for.
 */
export function Modal({
  open,
  onOpenChange,
  ...content
}: { open: boolean; onOpenChange: (open: boolean) => void } & ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Radix.Portal>
        <Frame {...content} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Frame(content: ComponentProps<typeof Radix.Content>) {
  const [opener] = useState(() => document.activeElement);
  return (
    <>
      <div className="fixed inset-0 z-40 animate-appear bg-scrim" />
      <FocusScope.Root asChild trapped loop>
        <Radix.Content
          aria-modal
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
          }}
          {...content}
        />
      </FocusScope.Root>
    </>
  );
}
