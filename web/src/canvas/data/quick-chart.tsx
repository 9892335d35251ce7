import { useMemo, useState } from 'react';
import { Figure, pathOf } from '@/canvas/figures/figure';
import { domainOf } from '@/canvas/figures/scale';
import { Segments } from '@/canvas/parts/segments';
import { formatCount, formatOf, formatValue } from '@/lib/format';
import { Select } from '@/ui/select';
import { Empty } from '@/ui/states';
import { type ChartChoice, type ChartKind, chartOf, histogram } from './chart-of';
import { cellText, isNumberType, type QueryResult } from './tables';

/** So many points or bars are drawn. */
const POINTS = 3_000;
const BARS = 40;

const KINDS: readonly { value: ChartKind; label: string }[] = [
  { value: 'bars', label: 'Bars' },
  { value: 'line', label: 'Line' },
  { value: 'points', label: 'Points' },
  { value: 'histogram', label: 'Histogram' },
];

/** A result as a picture: a guess to begin with, and what to change about it. */
export function QuickChart({ result }: { result: QueryResult }) {
  const guess = useMemo(() => chartOf(result), [result]);
  const [chosen, setChosen] = useState<Partial<ChartChoice>>({});
  if (!guess) return <Empty title="Nothing to draw">A chart needs a column of numbers.</Empty>;
  const choice: ChartChoice = { ...guess, ...chosen };
  const all = result.columns.map((label, index) => ({ value: String(index), label }));
  const numbers = all.filter((_, index) => isNumberType(result.types[index] ?? ''));
  const single = choice.kind === 'histogram';
  const x = single && !isNumberType(result.types[choice.x] ?? '') ? Number(numbers[0]?.value ?? 0) : choice.x;
  const y = choice.y ?? Number(numbers.at(-1)?.value ?? 0);
  return (
    <div className="h-full overflow-auto p-3">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Segments
          label="Kind of chart"
          value={choice.kind}
          options={KINDS}
          onChange={(kind) => setChosen({ ...chosen, kind })}
        />
        <Select
          quiet
          label="Across"
          value={String(x)}
          options={single ? numbers : all}
          onChange={(to) => setChosen({ ...chosen, x: Number(to) })}
        />
        {!single && (
          <Select
            quiet
            label="Up"
            value={String(y)}
            options={numbers}
            onChange={(to) => setChosen({ ...chosen, y: Number(to) })}
          />
        )}
      </div>
      <Drawing result={result} kind={choice.kind} x={x} y={y} />
    </div>
  );
}

function Drawing({
  result,
  kind,
  x: column,
  y: other,
}: {
  result: QueryResult;
  kind: ChartKind;
  x: number;
  y: number;
}) {
  const xName = result.columns[column] ?? '';
  const yName = result.columns[other] ?? '';
  const { rows } = result;
  if (kind === 'bars') {
    const bars = rows
      .slice(0, BARS)
      .map((row) => ({ label: cellText(row[column]) ?? 'missing', value: Number(row[other]) }));
    const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE);
    return (
      <>
        <dl className="grid max-w-3xl grid-cols-[minmax(60px,max-content)_1fr_auto] items-center gap-x-3 gap-y-1 text-small">
          {bars.map((bar, index) => (
            <div key={index} className="contents">
              <dt className="max-w-48 truncate text-right text-gray-11">{bar.label}</dt>
              <dd aria-hidden className="h-3.5">
                <span
                  className="block h-full rounded-sm bg-(--series-1) opacity-85"
                  style={{ width: `${(Math.abs(bar.value) / most) * 100}%` }}
                />
              </dd>
              <dd className="number text-right">{formatValue(bar.value)}</dd>
            </div>
          ))}
        </dl>
        {rows.length > BARS && (
          <p className="mt-2 text-gray-10 text-small">
            The first {BARS} of {formatOf(rows.length, 'row')}.
          </p>
        )}
      </>
    );
  }
  if (kind === 'histogram') {
    const bins = histogram(rows.flatMap((row) => (row[column] === null ? [] : [Number(row[column])])));
    const most = Math.max(...bins.map((bin) => bin.count), 1);
    return (
      <Figure
        label={`Histogram of ${xName}`}
        x={[bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1]}
        y={[0, most * 1.05]}
        xLabel={xName}
        yLabel="Rows"
        height={300}
      >
        {(x, y) =>
          bins.map((bin) => (
            <rect
              key={bin.from}
              x={x(bin.from) + 0.5}
              width={Math.max(1, x(bin.to) - x(bin.from) - 1)}
              y={y(bin.count)}
              height={Math.max(0, y(0) - y(bin.count))}
              className="fill-(--series-1) opacity-80"
            >
              <title>{`${formatCount(bin.count)}: ${formatValue(bin.from)} to ${formatValue(bin.to)}`}</title>
            </rect>
          ))
        }
      </Figure>
    );
  }
  const numeric = isNumberType(result.types[column] ?? '');
  const points = rows.slice(0, POINTS).flatMap((row, index): [number, number][] => {
    const across = numeric ? Number(row[column]) : index;
    return row[column] === null || row[other] === null || !Number.isFinite(Number(row[other]))
      ? []
      : [[across, Number(row[other])]];
  });
  return (
    <Figure
      label={`${yName} by ${xName}`}
      x={domainOf(
        points.map(([at]) => at),
        0.02,
      )}
      y={domainOf(points.map(([, value]) => value))}
      xLabel={xName}
      yLabel={yName}
      height={320}
      formatX={numeric ? undefined : (at) => (cellText(rows[at]?.[column]) ?? '').slice(0, 10)}
    >
      {(x, y) =>
        kind === 'line' ? (
          <path
            d={pathOf(points.map(([at, value]) => [x(at), y(value)]))}
            className="fill-none stroke-(--series-1)"
            strokeWidth="1.75"
          />
        ) : (
          points.map(([at, value], index) => (
            <circle
              key={index}
              cx={x(at)}
              cy={y(value)}
              r="2.5"
              className="fill-(--series-1)"
              fillOpacity="0.55"
            />
          ))
        )
      }
    </Figure>
  );
}
