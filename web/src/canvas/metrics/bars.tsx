import { formatValue } from '@/lib/format';
import type { Series } from '@/live/series';
import type { SeriesLook } from './groups';
import { lowerIsBetter } from './names';

/** One value for each series, the best first. */
export function Bars({ series, looks }: { series: readonly Series[]; looks: readonly SeriesLook[] }) {
  const rows = series.map((one, index) => ({
    key: one.key,
    value: one.last,
    label: looks[index]?.label ?? one.name,
  }));
  const lower = series.length > 0 && series.every((one) => lowerIsBetter(one.name));
  rows.sort((one, other) => (lower ? 1 : -1) * ((one.value ?? 0) - (other.value ?? 0)));
  const values = rows.flatMap(({ value }) => (value === null ? [] : [value]));
  const from = Math.min(0, ...values);
  const span = Math.max(0, ...values) - from || 1;
  return (
    <dl className="grid grid-cols-[minmax(60px,auto)_1fr_auto] items-center gap-x-3 gap-y-1.5 py-2 text-small">
      {rows.map(({ key, label, value }) => (
        <div key={key} className="contents">
          <dt className="max-w-48 truncate text-gray-11" title={label}>
            {label}
          </dt>
          <dd aria-hidden className="relative h-2.5 rounded-sm bg-gray-3">
            {value !== null && (
              <span
                className="absolute inset-y-0 rounded-sm bg-(--series-1)"
                style={{
                  left: `${((Math.min(0, value) - from) / span) * 100}%`,
                  width: `${(Math.abs(value) / span) * 100}%`,
                }}
              />
            )}
          </dd>
          <dd className="number text-right">{formatValue(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
