import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/lib/cn';
import { formatCount, formatOf } from '@/lib/format';
import { IconButton } from './button';
import { Input } from './field';

const LINE = 18;

/** Any number of lines, of which those in view are drawn, with a search. */
export function LineViewer({
  count,
  text,
  line,
  label,
  end,
  fill,
}: {
  count: number;
  /** What a line says, for the search. */
  text: (index: number) => string;
  line: (index: number) => ReactNode;
  label: string;
  /** What stands beside the search. */
  end?: ReactNode;
  /** Takes the height it is given, where a dialog's is its own. */
  fill?: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState('');
  const search = useDeferredValue(wanted.toLowerCase());
  const hits = useMemo(() => {
    if (!search) return [];
    const found: number[] = [];
    for (let index = 0; index < count && found.length < 10_000; index++)
      if (text(index).toLowerCase().includes(search)) found.push(index);
    return found;
  }, [search, count, text]);
  const [hit, setHit] = useState(0);
  // The lines come after the frame that they are in: both at once would hold the page up.
  const shown = useDeferredValue(count, 0);
  const virtual = useVirtualizer({
    count: Math.min(shown, count),
    getScrollElement: () => frame.current,
    estimateSize: () => LINE,
    overscan: 16,
  });
  const current = hits[Math.min(hit, hits.length - 1)];
  useEffect(() => {
    if (current !== undefined) virtual.scrollToIndex(current, { align: 'center' });
  }, [current, virtual]);
  const step = (by: number) => setHit((now) => (hits.length ? (now + by + hits.length) % hits.length : 0));
  return (
    <div className={cn('flex min-h-0 flex-col', fill ? 'h-full' : 'gap-2')}>
      <div className={cn('flex items-center gap-2', fill && 'border-b px-3 py-1.5')}>
        <Input
          type="search"
          aria-label={`Search ${label}`}
          placeholder="Search"
          value={wanted}
          className="h-7 max-w-64 text-small"
          onChange={(event) => {
            setWanted(event.target.value);
            setHit(0);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            step(event.shiftKey ? -1 : 1);
          }}
        />
        {search && (
          <>
            <span className="number text-gray-10 text-small" role="status">
              {hits.length
                ? `${formatCount(Math.min(hit, hits.length - 1) + 1)} of ${formatCount(hits.length)}`
                : 'No line has it'}
            </span>
            <IconButton label="Previous" size="small" disabled={!hits.length} onClick={() => step(-1)}>
              <ChevronUp size={14} />
            </IconButton>
            <IconButton label="Next" size="small" disabled={!hits.length} onClick={() => step(1)}>
              <ChevronDown size={14} />
            </IconButton>
          </>
        )}
        <span className="ml-auto text-gray-10 text-small">{formatOf(count, 'line')}</span>
        {end}
      </div>
      <div
        ref={frame}
        tabIndex={0}
        role="region"
        aria-label={label}
        className={cn(
          'mono overflow-auto py-2 text-[12px] leading-[18px]',
          fill ? 'min-h-0 grow' : 'h-[56vh] rounded-md border bg-gray-2',
        )}
      >
        <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              className={cn('absolute left-0 min-w-full pr-4', index === current && 'bg-warning-soft')}
              style={{ transform: `translateY(${start}px)`, height: LINE }}
            >
              {line(index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
