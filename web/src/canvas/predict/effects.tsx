import { useState } from 'react';
import type { RowExplanation } from '@/api/schema';
import { formatCount, formatValue } from '@/lib/format';
import { Button } from '@/ui/button';

const FIRST = 12;

/** How each column moved a prediction away from the mean of the working rows: a bar to the left or to the right. */
export function Effects({
  explanation,
  values,
}: {
  explanation: RowExplanation;
  values: Readonly<Record<string, string | null>>;
}) {
  const [all, setAll] = useState(false);
  const moved = explanation.columns.filter((column) => column.effect !== 0);
  const shown = all ? moved : moved.slice(0, FIRST);
  const reach = Math.max(...moved.map((column) => Math.abs(column.effect) + column.noise), Number.EPSILON);
  const at = (value: number) => `${50 + (Math.max(-1, Math.min(1, value / reach)) * 100) / 2}%`;
  if (moved.length === 0)
    return <p className="text-gray-11">No column moved it: the model says the same of the working rows.</p>;
  return (
    <>
      <dl className="grid max-w-3xl grid-cols-[minmax(70px,max-content)_1fr_auto] items-center gap-x-3 gap-y-1.5 text-small">
        {shown.map((column) => (
          <div key={column.column} className="contents">
            <dt
              className="max-w-56 truncate text-right text-gray-11"
              title={`${column.column} = ${values[column.column] ?? 'missing'}`}
            >
              {column.column} <span className="mono text-gray-10">{values[column.column] || 'missing'}</span>
            </dt>
            <dd aria-hidden className="relative h-3.5">
              <span className="absolute inset-y-0 left-1/2 w-px bg-gray-6" />
              <span
                className={`absolute inset-y-0.5 rounded-sm opacity-85 ${column.effect > 0 ? 'bg-(--series-1)' : 'bg-(--series-2)'}`}
                style={{
                  left: at(Math.min(0, column.effect)),
                  right: `calc(100% - ${at(Math.max(0, column.effect))})`,
                }}
              />
              <span
                className="absolute top-1/2 h-px bg-gray-11"
                style={{
                  left: at(column.effect - column.noise),
                  right: `calc(100% - ${at(column.effect + column.noise)})`,
                }}
              />
            </dd>
            <dd className="number text-right">
              {column.effect > 0 ? '+' : '−'}
              {formatValue(Math.abs(column.effect))}
            </dd>
          </div>
        ))}
      </dl>
      {moved.length > FIRST && (
        <Button size="small" look="ghost" className="mt-2" onClick={() => setAll(!all)}>
          {all ? 'Show the first' : `Show all ${formatCount(moved.length)}`}
        </Button>
      )}
    </>
  );
}
