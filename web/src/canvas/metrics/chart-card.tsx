import { Maximize2, Minimize2, Undo2 } from 'lucide-react';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { metricName } from '@/lib/words';
import { IconButton } from '@/ui/button';
import { Bars } from './bars';
import { Chart } from './chart';
import { type ChartGroup, looksOf } from './groups';
import { Legend } from './legend';
import type { Plot } from './plot';
import { Reading } from './reading';
import type { Range } from './thin';

const NONE: ReadonlySet<number> = new Set();

/** A chart with its title, its tools and its legend. One that is out of sight is not drawn. */
export const ChartCard = memo(function ChartCard({
  group,
  runs,
  log,
  smooth,
}: {
  group: ChartGroup;
  /** Of all charts; compared by what is in it. */
  runs: string;
  log: boolean;
  smooth: number;
}) {
  const card = useRef<HTMLElement>(null);
  const seen = useInSight(card);
  const [large, setLarge] = useState(false);
  const [zoom, setZoom] = useState<Range | null>(null);
  const [hidden, setHidden] = useState(NONE);
  const [plot, setPlot] = useState<Plot | null>(null);
  const [reading] = useState(() => new Reading());
  const shown = useFrozen(group.series, !seen);
  const looks = useMemo(() => looksOf(group.series, JSON.parse(runs) as string[]), [group.series, runs]);
  const toggle = useCallback(
    (index: number, alone: boolean) =>
      setHidden((now) => {
        const others = looks.map((_, at) => at).filter((at) => at !== index);
        if (alone) return others.every((at) => now.has(at)) && !now.has(index) ? NONE : new Set(others);
        const next = new Set(now);
        if (!next.delete(index)) next.add(index);
        return next;
      }),
    [looks],
  );
  const height = large ? 420 : 210;
  const title = metricName(group.title);
  return (
    <section
      ref={card}
      aria-label={title}
      className={cn(
        'flex min-w-0 flex-col rounded-md border bg-surface px-3 pt-2 pb-2',
        large && '@min-[900px]:col-span-2',
      )}
    >
      <div className="flex h-7 items-center gap-1">
        <h3 className="min-w-0 grow truncate font-[550]">{title}</h3>
        {zoom && (
          <>
            <span className="number text-gray-10 text-small">
              {formatCount(Math.round(zoom.min))} – {formatCount(Math.round(zoom.max))}
            </span>
            <IconButton label="Show all steps" shortcut="0" size="small" onClick={() => setZoom(null)}>
              <Undo2 size={13} />
            </IconButton>
          </>
        )}
        {group.type === 'line' && (
          <IconButton label={large ? 'Smaller' : 'Larger'} size="small" onClick={() => setLarge(!large)}>
            {large ? <Minimize2 size={13} /> : <Maximize2 size={13} />}
          </IconButton>
        )}
      </div>
      {group.type === 'bar' ? (
        <Bars series={group.series} looks={looks} />
      ) : (
        <>
          {seen || plot ? (
            <Chart
              label={title}
              series={shown}
              looks={looks}
              hidden={hidden}
              log={log}
              smooth={smooth}
              zoom={zoom}
              onZoom={setZoom}
              reading={reading}
              height={height}
              plot={setPlot}
            />
          ) : (
            <div style={{ height }} />
          )}
          <Legend
            series={shown}
            looks={looks}
            hidden={hidden}
            plot={plot}
            reading={reading}
            onToggle={toggle}
          />
        </>
      )}
    </section>
  );
});

function useInSight(element: React.RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting ?? true), {
      rootMargin: '300px 0px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}

/** The value, or while `frozen` the one that it had before. */
function useFrozen<T>(value: T, frozen: boolean): T {
  const last = useRef(value);
  if (!frozen) last.current = value;
  return last.current;
}
