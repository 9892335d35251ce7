import { useEffect, useMemo, useRef, useState } from 'react';
import { useSize } from '@/canvas/lib/size';
import { formatClock, formatDuration } from '@/lib/format';
import { STAGE_NAMES } from '@/lib/words';
import { timeAxis } from './axis';
import type { Moment } from './moments';
import { ALL, type View, zoomed } from './view';

const LANES = { stage: 8, step: 34, mark: 56 };
const HEIGHT = 88;
const SIDE = 14;

const COLORS: Readonly<Record<Moment['meaning'], string>> = {
  none: 'var(--gray-8)',
  running: 'var(--accent)',
  done: 'var(--done)',
  warning: 'var(--warning)',
  failed: 'var(--failed)',
};

/** Stages and steps as bars, the rest as marks. Drag to look closer, double-click for all; pauses are folded. */
export function Gantt({
  moments,
  now,
  view,
  onView,
  marked,
  onMark,
  onOpen,
}: {
  moments: readonly Moment[];
  now: number | null;
  view: View;
  onView: (view: View) => void;
  marked: string | null;
  onMark: (id: string | null) => void;
  onOpen: (moment: Moment) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const latest = now ?? 0;
  const axis = useMemo(
    () =>
      timeAxis(
        moments.map((moment) => ({
          from: moment.from,
          to: Math.max(moment.from, moment.to ?? Math.max(latest, moment.from)),
        })),
      ),
    [moments, latest],
  );
  const inner = Math.max(1, width - 2 * SIDE);
  const x = (place: number) => SIDE + ((place - view.from) / (view.to - view.from)) * inner;
  const placeAt = (pixel: number) => view.from + ((pixel - SIDE) / inner) * (view.to - view.from);
  const zoomLatest = useRef<(factor: number, around: number) => void>(() => {});
  zoomLatest.current = (factor, around) => onView(zoomed(view, factor, around));
  const placeLatest = useRef(placeAt);
  placeLatest.current = placeAt;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    // Not passive: the page would be zoomed instead.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = placeLatest.current(event.clientX - element.getBoundingClientRect().left);
      zoomLatest.current(event.deltaY > 0 ? 1.25 : 0.8, at);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);
  const local = (event: React.PointerEvent) =>
    event.clientX - (frame.current?.getBoundingClientRect().left ?? 0);
  const end = (moment: Moment) => axis.place(moment.to ?? Math.max(latest, moment.from));

  return (
    <div className="shrink-0 select-none pt-2">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the list below is what the keyboard reads */}
      <div
        ref={frame}
        className="relative cursor-crosshair touch-pan-y overflow-hidden"
        style={{ height: HEIGHT }}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return;
          const at = local(event);
          setDrag({ from: at, to: at });
        }}
        onPointerMove={(event) => drag && event.buttons === 1 && setDrag({ ...drag, to: local(event) })}
        onPointerUp={() => {
          if (drag && Math.abs(drag.to - drag.from) > 8) {
            const [from, to] = [placeAt(Math.min(drag.from, drag.to)), placeAt(Math.max(drag.from, drag.to))];
            onView({ from: Math.max(0, from), to: Math.min(1, to) });
          }
          setDrag(null);
        }}
        onPointerLeave={() => setDrag(null)}
        onDoubleClick={() => onView(ALL)}
      >
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            className="number block text-[11px]"
            role="img"
            aria-label="Stages and steps over time; the list below holds the same"
          >
            {axis.folds.map((fold) => (
              <line
                key={fold}
                x1={x(fold)}
                x2={x(fold)}
                y1={4}
                y2={68}
                className="stroke-gray-7"
                strokeDasharray="2 3"
              />
            ))}
            {moments.map((moment) => {
              const from = x(axis.place(moment.from));
              const to = x(end(moment));
              if (to < -20 || from > width + 20) return null;
              const on = moment.id === marked;
              const common = {
                onPointerEnter: () => onMark(moment.id),
                onClick: () => onOpen(moment),
                className: 'cursor-pointer',
              };
              const title = (
                <title>{`${describe(moment)} · ${formatClock(moment.from)}${moment.to && moment.to > moment.from ? ` · ${formatDuration((moment.to - moment.from) / 1000)}` : ''}`}</title>
              );
              if (moment.kind === 'stage')
                return (
                  <g key={moment.id} {...common}>
                    {title}
                    <rect
                      x={from}
                      y={LANES.stage}
                      width={Math.max(2, to - from - 2)}
                      height={20}
                      rx={4}
                      style={{ fill: COLORS[moment.meaning] }}
                      fillOpacity={on ? 0.34 : 0.2}
                    />
                    {to - from > 44 && (
                      <text
                        x={Math.max(from, SIDE) + 7}
                        y={LANES.stage + 14}
                        className="fill-gray-12 font-[520]"
                      >
                        {moment.stage && STAGE_NAMES[moment.stage]}
                      </text>
                    )}
                  </g>
                );
              if (moment.kind === 'step')
                return (
                  <rect
                    key={moment.id}
                    {...common}
                    x={from}
                    y={LANES.step}
                    width={Math.max(2, to - from - 1)}
                    height={14}
                    rx={2}
                    style={{ fill: COLORS[moment.meaning] }}
                    fillOpacity={on ? 1 : 0.75}
                  >
                    {title}
                  </rect>
                );
              const important =
                moment.kind === 'check' ||
                moment.kind === 'report' ||
                moment.kind === 'user' ||
                moment.kind === 'question';
              return (
                <circle
                  key={`${moment.kind}-${moment.id}`}
                  {...common}
                  cx={from}
                  cy={LANES.mark + 6}
                  r={on ? 4.5 : important || moment.meaning !== 'none' ? 3.5 : 2}
                  style={{
                    fill: important && moment.meaning === 'none' ? 'var(--accent)' : COLORS[moment.meaning],
                  }}
                >
                  {title}
                </circle>
              );
            })}
            {Array.from({ length: Math.max(2, Math.min(7, Math.floor(inner / 120))) }, (_, index) => {
              const count = Math.max(2, Math.min(7, Math.floor(inner / 120)));
              const place = view.from + (index / (count - 1)) * (view.to - view.from);
              return (
                <text
                  key={place}
                  x={x(place)}
                  y={HEIGHT - 5}
                  textAnchor={index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle'}
                  className="fill-gray-10"
                >
                  {formatClock(axis.time(place))}
                </text>
              );
            })}
            {drag && (
              <rect
                x={Math.min(drag.from, drag.to)}
                width={Math.abs(drag.to - drag.from)}
                y={0}
                height={70}
                className="fill-accent"
                fillOpacity="0.14"
              />
            )}
          </svg>
        )}
      </div>
    </div>
  );
}

export const describe = (moment: Moment) =>
  moment.kind === 'stage'
    ? `${moment.stage ? STAGE_NAMES[moment.stage] : 'Stage'}, run ${moment.title}`
    : moment.title;
