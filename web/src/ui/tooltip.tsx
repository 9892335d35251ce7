import { Slot } from 'radix-ui';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

/** What is told of an element, and on which side of it. */
export interface TooltipNote {
  text: ReactNode;
  shortcut?: ReactNode;
  side?: 'top' | 'bottom' | 'left' | 'right';
}

const notes = new WeakMap<Element, TooltipNote>();

export const noteOf = (element: Element) => notes.get(element);

/**
 * Says what is told of its child when that is pointed at or has the focus. It only notes it: a page has many of these, of which
 * one at most is shown, by the page's `TooltipHost`.
 */
export function Tooltip({ text, shortcut, side, children }: TooltipNote & { children: ReactElement }) {
  const child = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = child.current;
    if (!element) return;
    if (text) notes.set(element, { text, shortcut, side });
    else notes.delete(element);
  });
  return <Slot.Root ref={child}>{children}</Slot.Root>;
}
