import { type RefObject, useEffect, useMemo, useState } from 'react';
import { cn } from '@/lib/cn';
import type { Heading } from './chunks';

/** The headings of a report at its side; the one that is being read is marked. */
export function Outline({
  headings,
  scroller,
  onChoose,
}: {
  headings: readonly Heading[];
  scroller: RefObject<HTMLElement | null>;
  onChoose: (line: number) => void;
}) {
  const shown = useMemo(() => {
    const levels = [...new Set(headings.map((heading) => heading.level))].sort();
    const title =
      headings.filter((heading) => heading.level === levels[0]).length === 1 ? levels.shift() : undefined;
    return headings
      .filter((heading) => heading.level !== title && heading.level <= (levels[1] ?? 6))
      .map((heading) => ({ ...heading, depth: heading.level === levels[0] ? 0 : 1 }));
  }, [headings]);
  const [current, setCurrent] = useState<number | null>(null);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let frame = 0;
    const read = () => {
      frame = 0;
      const top = element.getBoundingClientRect().top + 80;
      let found = shown[0]?.line ?? null;
      for (const { line } of shown) {
        const heading = element.querySelector(`#line-${line}`);
        if (!heading || heading.getBoundingClientRect().top > top) break;
        found = line;
      }
      setCurrent(found);
    };
    const later = () => {
      frame ||= requestAnimationFrame(read);
    };
    later();
    element.addEventListener('scroll', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', later);
    };
  }, [scroller, shown]);

  if (shown.length < 2) return null;
  return (
    <nav
      aria-label="Outline"
      className="sticky top-4 @min-[740px]:block hidden max-h-[calc(100vh-160px)] w-36 shrink-0 self-start overflow-y-auto pt-1"
    >
      <p className="label mb-2 pl-3">On this page</p>
      <ul className="border-l">
        {shown.map((heading) => (
          <li key={heading.line}>
            <button
              type="button"
              aria-current={current === heading.line ? 'location' : undefined}
              onClick={() => onChoose(heading.line)}
              className={cn(
                '-ml-px block w-full border-transparent border-l py-1 text-left text-gray-10 text-small transition-colors duration-120 hover:text-gray-12 aria-[current]:border-accent aria-[current]:text-gray-12',
                heading.depth === 0 ? 'pl-3' : 'pl-6',
              )}
            >
              {heading.text}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
