import { type RefObject, useLayoutEffect, useState } from 'react';

/** The width and height of an element, as they change. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const read = (width: number, height: number) =>
      setSize((now) =>
        Math.abs(now.width - width) < 0.5 && Math.abs(now.height - height) < 0.5 ? now : { width, height },
      );
    read(target.clientWidth, target.clientHeight);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) read(entry.contentRect.width, entry.contentRect.height);
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
