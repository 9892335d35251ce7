import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { useTheme } from '@/app/theme';
import { useSize } from '@/canvas/lib/size';
import type { Series } from '@/live/series';
import type { SeriesLook } from './groups';
import { Plot } from './plot';
import type { Reading } from './reading';
import type { Range } from './thin';

export interface ChartProps {
  label: string;
  series: readonly Series[];
  looks: readonly SeriesLook[];
  hidden: ReadonlySet<number>;
  log: boolean;
  smooth: number;
  zoom: Range | null;
  onZoom: (range: Range | null) => void;
  reading: Reading;
  height: number;
  plot: Ref<Plot | null>;
}

/** Draws series over steps. The arrow keys read step by step, 0 shows all again. */
export function Chart({
  label,
  series,
  looks,
  hidden,
  log,
  smooth,
  zoom,
  onZoom,
  reading,
  height,
  plot: handle,
}: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  const theme = useTheme();
  const [plot, setPlot] = useState<Plot | null>(null);
  const key = JSON.stringify(looks);
  const latest = useRef({ series, zoom, hidden, height });
  latest.current = { series, zoom, hidden, height };
  useImperativeHandle<Plot | null, Plot | null>(handle, () => plot, [plot]);

  // Made anew when what it cannot change does.
  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for looks, theme for the colours; the size follows below
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const made = new Plot(
      element,
      { width: element.clientWidth || 300, height: latest.current.height },
      { looks, log, smooth, reading, onZoom },
    );
    made.hide(latest.current.hidden);
    made.update(latest.current.series);
    if (latest.current.zoom) made.zoomTo(latest.current.zoom);
    setPlot(made);
    return () => {
      made.destroy();
      setPlot(null);
      reading.set(null);
    };
  }, [key, log, smooth, theme, reading, onZoom]);

  useEffect(() => plot?.update(series), [plot, series]);
  useEffect(() => plot?.hide(hidden), [plot, hidden]);
  useEffect(() => plot?.zoomTo(zoom), [plot, zoom]);
  useEffect(() => {
    if (width > 0) plot?.resize({ width, height });
  }, [plot, width, height]);

  return (
    <div
      ref={frame}
      role="group"
      aria-label={`${label}: chart. Arrow keys read step by step, 0 shows all; the table below holds the values.`}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') plot?.step(1);
        else if (event.key === 'ArrowLeft') plot?.step(-1);
        else if (event.key === '0') onZoom(null);
        else return;
        event.preventDefault();
      }}
      className="w-full overflow-hidden rounded-sm"
      style={{ height }}
    />
  );
}
