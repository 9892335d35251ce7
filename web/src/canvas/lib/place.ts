import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const places = new Map<string, number>();
/** Places kept; the oldest go first. */
const MOST = 400;

export const placeOf = (key: string) => places.get(key) ?? 0;

export function rememberPlace(key: string, top: number) {
  places.delete(key);
  places.set(key, top);
  const oldest = places.keys().next().value;
  if (places.size > MOST && oldest !== undefined) places.delete(oldest);
}

/** Keeps where a scrolling element stood under `key`, and puts it there when it is shown again. */
export function usePlace<T extends HTMLElement>(key: string, ready = true): RefObject<T | null> {
  const element = useRef<T>(null);
  const from = useRef(key);
  useLayoutEffect(() => {
    if (!ready || !element.current) return;
    const top = placeOf(key);
    // What has just come stands at the top; to put it there would lay out the whole page ahead of its time.
    if (top > 0 || from.current !== key) element.current.scrollTop = top;
    from.current = key;
  }, [key, ready]);
  useEffect(() => {
    const scroller = element.current;
    if (!scroller || !ready) return;
    const note = () => {
      // A hidden element reports 0.
      if (scroller.clientHeight > 0) rememberPlace(key, scroller.scrollTop);
    };
    scroller.addEventListener('scroll', note, { passive: true });
    return () => scroller.removeEventListener('scroll', note);
  }, [key, ready]);
  return element;
}
