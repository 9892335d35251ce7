import { Tooltip as Radix } from 'radix-ui';
import { useEffect } from 'react';
import { Keys } from './keys';
import { noteOf } from './tooltip';

/** The tooltip of an element, beside it. */
export default function TooltipBubble({ anchor, onClose }: { anchor: Element; onClose: () => void }) {
  const note = noteOf(anchor);
  useEffect(() => {
    // What is no longer on the page, or out of sight, has nothing to tell.
    const sight = new IntersectionObserver(([seen]) => {
      if (!seen?.isIntersecting) onClose();
    });
    sight.observe(anchor);
    return () => sight.disconnect();
  }, [anchor, onClose]);
  if (!note) return null;
  return (
    <Radix.Provider>
      <Radix.Root open onOpenChange={(open) => !open && onClose()}>
        <StandIn anchor={anchor} />
        <Radix.Portal>
          <Radix.Content
            data-tooltip
            ref={(content) => describe(anchor, content)}
            side={note.side}
            sideOffset={5}
            collisionPadding={8}
            className="z-50 flex max-w-80 animate-appear items-center gap-2 rounded-md bg-gray-12 px-2 py-1 text-gray-1 text-small shadow-raised"
          >
            <span className="min-w-0 [overflow-wrap:anywhere]">{note.text}</span>
            {note.shortcut && <Keys inverse>{note.shortcut}</Keys>}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}

/** Where the element is, for Radix to place the tooltip by. */
function StandIn({ anchor }: { anchor: Element }) {
  const { top, left, width, height } = anchor.getBoundingClientRect();
  return (
    <Radix.Trigger asChild>
      <span aria-hidden className="pointer-events-none fixed" style={{ top, left, width, height }} />
    </Radix.Trigger>
  );
}

/** Says to screen readers which words belong to the element, while they are shown. */
function describe(anchor: Element, content: HTMLElement | null) {
  const words = content?.id;
  if (!words) return;
  const before = anchor.getAttribute('aria-describedby');
  anchor.setAttribute('aria-describedby', before ? `${before} ${words}` : words);
  return () => {
    if (before) anchor.setAttribute('aria-describedby', before);
    else anchor.removeAttribute('aria-describedby');
  };
}
