import { useState } from 'react';
import type { ColumnImportance } from '@/api/schema';
import { formatCount, formatValue } from '@/lib/format';
import { Button } from '@/ui/button';

const FIRST = 12;

/** A bar for each column, with the spread over shuffles. */
export function Importance({ rows }: { rows: readonly ColumnImportance[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, FIRST);
  const low = Math.min(0, ...rows.map((row) => row.loss - row.standard_deviation));
  const high = Math.max(...rows.map((row) => row.loss + row.standard_deviation), low + Number.EPSILON);
  const at = (value: number) => `${((value - low) / (high - low)) * 100}%`;
  return (
    <>
      <dl className="grid max-w-3xl grid-cols-[minmax(70px,max-content)_1fr_auto] items-center gap-x-3 gap-y-1.5 text-small">
        {shown.map((row) => (
          <div key={row.column} className="contents">
            <dt className="max-w-44 truncate text-right text-gray-11" title={row.column}>
              {row.column}
            </dt>
            <dd aria-hidden className="relative h-3.5">
              <span className="absolute inset-y-0 w-px bg-gray-6" style={{ left: at(0) }} />
              <span
                className="absolute inset-y-0.5 rounded-sm bg-(--series-1) opacity-85"
                style={{
                  left: at(Math.min(0, row.loss)),
                  right: `calc(100% - ${at(Math.max(0, row.loss))})`,
                }}
              />
              <span
                className="absolute top-1/2 h-px bg-gray-11"
                style={{
                  left: at(row.loss - row.standard_deviation),
                  right: `calc(100% - ${at(row.loss + row.standard_deviation)})`,
                }}
              />
            </dd>
            <dd className="number text-right">
              {formatValue(row.loss)}{' '}
              <span className="text-gray-10">± {formatValue(row.standard_deviation)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {rows.length > FIRST && (
        <Button size="small" look="ghost" className="mt-2" onClick={() => setAll(!all)}>
          {all ? 'Show the first' : `Show all ${formatCount(rows.length)}`}
        </Button>
      )}
    </>
  );
}
