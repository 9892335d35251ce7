import { memo, useSyncExternalStore } from 'react';
import { cn } from '@/lib/cn';
import { formatCount, formatValue } from '@/lib/format';
import type { Series } from '@/live/series';
import type { SeriesLook } from './groups';
import type { Plot } from './plot';
import type { Reading } from './reading';

/** The series of a chart as a table: the last and the best value, the step, and what the cursor reads. */
export const Legend = memo(function Legend({
  series,
  looks,
  hidden,
  plot,
  reading,
  onToggle,
}: {
  series: readonly Series[];
  looks: readonly SeriesLook[];
  hidden: ReadonlySet<number>;
  plot: Plot | null;
  reading: Reading;
  /** `alone` hides all others, or shows all again. */
  onToggle: (index: number, alone: boolean) => void;
}) {
  const step = useSyncExternalStore(reading.subscribe, reading.get);
  return (
    <div className="max-h-56 overflow-y-auto">
      <table className="w-full border-collapse text-small">
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="text-gray-10">
            <th scope="col" className="py-1 text-left font-normal">
              {series.length > 1 ? 'Series' : 'Metric'}
            </th>
            <th scope="col" className="number w-20 whitespace-nowrap py-1 pl-3 text-right font-normal">
              {step === null ? 'Last' : `At ${formatCount(step)}`}
            </th>
            <th scope="col" className="w-20 py-1 pl-3 text-right font-normal">
              Best
            </th>
            <th scope="col" className="w-16 whitespace-nowrap py-1 pl-3 text-right font-normal">
              Step
            </th>
          </tr>
        </thead>
        <tbody>
          {series.map((one, index) => {
            const look = looks[index];
            const off = hidden.has(index);
            const best = plot?.best(index);
            const read = step === null ? one.last : (plot?.valueAt(index, step)?.value ?? null);
            return (
              <tr
                key={one.key}
                onPointerEnter={() => plot?.focus(index)}
                onPointerLeave={() => plot?.focus(null)}
                className={cn('group border-gray-4 border-t', off && 'text-gray-9')}
              >
                <td className="max-w-0 p-0">
                  <button
                    type="button"
                    aria-pressed={!off}
                    title={`${look?.label}: click to ${off ? 'show' : 'hide'}, Shift-click for this one alone`}
                    onClick={(event) => onToggle(index, event.shiftKey || event.altKey)}
                    className="flex w-full min-w-0 items-center gap-2 rounded-sm py-1 text-left"
                  >
                    <Swatch look={look} off={off} />
                    <span className="truncate group-hover:text-gray-12">{look?.label}</span>
                  </button>
                </td>
                <td className="number whitespace-nowrap pl-3 text-right">{formatValue(read)}</td>
                <td
                  className="number whitespace-nowrap pl-3 text-right text-gray-11"
                  title={best ? `At step ${formatCount(best.step)}` : undefined}
                >
                  {best ? formatValue(best.value) : '–'}
                </td>
                <td className="number whitespace-nowrap pl-3 text-right text-gray-10">
                  {formatCount(one.steps[one.length - 1] ?? 0)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
});

function Swatch({ look, off }: { look: SeriesLook | undefined; off: boolean }) {
  return (
    <svg width="14" height="8" aria-hidden className={cn('shrink-0', off && 'opacity-30')}>
      <line
        x1="0"
        x2="14"
        y1="4"
        y2="4"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeDasharray={look?.dash ? '4 4' : undefined}
        style={{ stroke: `var(--series-${look?.color ?? 1})` }}
      />
    </svg>
  );
}
