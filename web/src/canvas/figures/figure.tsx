import { type ReactNode, useRef } from 'react';
import { useSize } from '@/canvas/lib/size';
import { formatShort, formatValue } from '@/lib/format';
import { linear, type Scale } from './scale';

const MARGIN = { top: 8, right: 10, bottom: 34, left: 46 };

/** A small chart with two axes. `children` draws into it by its scales. */
export function Figure({
  label,
  x,
  y,
  xLabel,
  yLabel,
  height = 230,
  square,
  formatX = tickText,
  formatY = tickText,
  children,
}: {
  /** What is to be seen, for who cannot see it. */
  label: string;
  x: readonly [number, number];
  y: readonly [number, number];
  xLabel: string;
  yLabel: string;
  height?: number;
  /** No wider than it is high. */
  square?: boolean;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  children: (x: Scale, y: Scale) => ReactNode;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const { width: room } = useSize(frame);
  const width = square ? Math.min(room, height + 40) : room;
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const scaleX = linear(x, [MARGIN.left, right], Math.max(2, Math.floor((right - MARGIN.left) / 64)));
  const scaleY = linear(y, [bottom, MARGIN.top], Math.max(2, Math.floor((bottom - MARGIN.top) / 42)));
  return (
    <div ref={frame} className="w-full" style={{ height }}>
      {width > 80 && (
        <svg width={width} height={height} role="img" aria-label={label} className="number block text-[11px]">
          {scaleY.ticks.map((tick) => (
            <g key={tick}>
              <line
                x1={MARGIN.left}
                x2={right}
                y1={scaleY(tick)}
                y2={scaleY(tick)}
                className="stroke-gray-4"
              />
              <text
                x={MARGIN.left - 6}
                y={scaleY(tick)}
                dy="0.32em"
                textAnchor="end"
                className="fill-gray-10"
              >
                {formatY(tick)}
              </text>
            </g>
          ))}
          {scaleX.ticks.map((tick) => (
            <text key={tick} x={scaleX(tick)} y={bottom + 14} textAnchor="middle" className="fill-gray-10">
              {formatX(tick)}
            </text>
          ))}
          <line x1={MARGIN.left} x2={right} y1={bottom} y2={bottom} className="stroke-gray-7" />
          <text x={(MARGIN.left + right) / 2} y={height - 4} textAnchor="middle" className="fill-gray-11">
            {xLabel}
          </text>
          <text
            transform={`translate(9 ${(MARGIN.top + bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
            className="fill-gray-11"
          >
            {yLabel}
          </text>
          {children(scaleX, scaleY)}
        </svg>
      )}
    </div>
  );
}

/** Numbers on an axis: short, without zeros that say nothing. */
export function tickText(value: number): string {
  if (Math.abs(value) >= 10_000) return formatShort(value).replace('-', '−');
  const text = formatValue(value);
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** A line through points. */
export function pathOf(points: Iterable<readonly [number, number]>): string {
  let path = '';
  for (const [x, y] of points) path += `${path ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
  return path;
}
