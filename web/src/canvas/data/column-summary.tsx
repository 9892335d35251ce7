import { tickText } from '@/canvas/figures/figure';
import { cn } from '@/lib/cn';
import { formatCount, formatShort } from '@/lib/format';
import { type ColumnFacts, isTimeType } from './tables';

/** A column in its header: a histogram, or its most frequent values; and what is missing. */
export function ColumnSummary({
  facts,
  rows,
  onOpen,
}: {
  facts: ColumnFacts | null;
  rows: number;
  onOpen: () => void;
}) {
  if (!facts)
    return (
      <div className="px-2.5 pt-1">
        <div className="h-8 animate-shimmer rounded-sm bg-gray-4" />
      </div>
    );
  const missing = rows > 0 ? facts.missing / rows : 0;
  return (
    <button
      type="button"
      onClick={onOpen}
      title={`${facts.name}: open what is in it`}
      className="flex h-full w-full flex-col gap-0.5 px-2.5 pt-1 text-left hover:bg-gray-3"
    >
      <div className="h-8 w-full">
        {facts.histogram ? <Bars counts={facts.histogram.counts} /> : <TopShares facts={facts} rows={rows} />}
      </div>
      <span className="number flex w-full justify-between gap-2 text-gray-10 text-label leading-[14px]">
        <span className="truncate">
          {facts.histogram
            ? `${edge(facts.histogram.low, facts.type)} – ${edge(facts.histogram.high, facts.type)}`
            : `${formatShort(facts.distinct)} distinct`}
        </span>
        {missing > 0 && (
          <span className={cn('shrink-0', missing > 0.05 ? 'text-warning-text' : '')}>
            {missing < 0.001 ? '<0.1' : (missing * 100).toFixed(missing < 0.1 ? 1 : 0)} % missing
          </span>
        )}
      </span>
    </button>
  );
}

export function Bars({ counts, className }: { counts: readonly number[]; className?: string }) {
  const most = Math.max(...counts, 1);
  return (
    <svg
      viewBox={`0 0 ${counts.length} 100`}
      preserveAspectRatio="none"
      className={cn('block h-full w-full', className)}
      aria-hidden
    >
      {counts.map((count, index) => (
        <rect
          key={index}
          x={index + 0.06}
          width={0.88}
          y={100 - (count / most) * 100}
          height={count === 0 ? 0 : Math.max(2, (count / most) * 100)}
          className="fill-(--series-1) opacity-70"
        />
      ))}
    </svg>
  );
}

function TopShares({ facts, rows }: { facts: ColumnFacts; rows: number }) {
  const top = (facts.top ?? []).slice(0, 2);
  if (top.length === 0) return <span className="text-gray-9 text-label">no values</span>;
  return (
    <div className="flex h-full flex-col justify-center gap-px">
      {top.map(({ value, count }) => (
        <div key={value} className="relative h-[15px] overflow-hidden rounded-[2px] bg-gray-3">
          <div
            className="absolute inset-y-0 left-0 bg-(--series-1) opacity-25"
            style={{ width: `${(count / Math.max(1, rows)) * 100}%` }}
          />
          <span className="relative flex justify-between gap-1 px-1 text-[10.5px] leading-[15px]">
            <span className="truncate">{value === '' ? '“”' : value}</span>
            <span className="number shrink-0 text-gray-11">
              {Math.round((count / Math.max(1, rows)) * 100)} %
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}

export const edge = (value: unknown, type: string) =>
  typeof value === 'number' ? tickText(value) : isTimeType(type) ? String(value).slice(0, 10) : String(value);

/** Everything that is known of a column. */
export function ColumnDetails({ facts, rows }: { facts: ColumnFacts; rows: number }) {
  const lines: [string, string][] = [
    ['Type', facts.type],
    ['Missing', `${formatCount(facts.missing)} of ${formatCount(rows)}`],
    ['Distinct', `about ${formatCount(facts.distinct)}`],
  ];
  const add = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) lines.push([name, edge(value, facts.type)]);
  };
  add('Least', facts.min);
  add('Median', facts.median);
  add('Mean', facts.mean);
  add('Standard deviation', facts.standard_deviation);
  add('Most', facts.max);
  const top = facts.top ?? [];
  return (
    <div className="flex flex-col gap-3">
      {facts.histogram && (
        <figure>
          <div className="h-28 border-b">
            <Bars counts={facts.histogram.counts} />
          </div>
          <figcaption className="number mt-1 flex justify-between text-gray-10 text-label">
            <span>{edge(facts.histogram.low, facts.type)}</span>
            <span>{edge(facts.histogram.high, facts.type)}</span>
          </figcaption>
        </figure>
      )}
      <dl className="number grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-small">
        {lines.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-gray-10">{name}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
      {top.length > 0 && (
        <div>
          <p className="label mb-1">Most frequent</p>
          <dl className="grid grid-cols-[minmax(0,1fr)_80px_auto] items-center gap-x-2 gap-y-1 text-small">
            {top.map(({ value, count }) => (
              <div key={value} className="contents">
                <dt className="truncate" title={value}>
                  {value === '' ? '“”' : value}
                </dt>
                <dd aria-hidden className="h-2 rounded-sm bg-gray-3">
                  <span
                    className="block h-full rounded-sm bg-(--series-1) opacity-80"
                    style={{ width: `${(count / Math.max(1, top[0]?.count ?? 1)) * 100}%` }}
                  />
                </dd>
                <dd className="number text-right text-gray-11">{formatCount(count)}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}
