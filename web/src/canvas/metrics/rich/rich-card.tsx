import { memo } from 'react';
import { rawUrl } from '@/api/client';
import { Confusion } from '@/canvas/checks/confusion';
import { cellText } from '@/canvas/data/tables';
import { Figure, pathOf } from '@/canvas/figures/figure';
import { domainOf } from '@/canvas/figures/scale';
import { formatCount, formatOf, formatValue } from '@/lib/format';
import type { RichCard as Card, Curve, LoggedTable } from './groups';

/** Something that a script logged beside its metrics. */
export const RichCard = memo(function RichCard({
  card,
  onOpen,
}: {
  card: Card;
  onOpen: (path: string) => void;
}) {
  return (
    <section
      aria-label={card.title}
      className="flex min-w-0 flex-col rounded-md border bg-surface px-3 pt-2 pb-3"
    >
      <div className="flex h-7 items-center gap-2">
        <h3 className="min-w-0 grow truncate font-[550]">{card.title}</h3>
        {card.step !== null && (
          <span className="number text-gray-10 text-small">step {formatCount(card.step)}</span>
        )}
      </div>
      {card.kind === 'image' && (
        <figure className="mt-1">
          <button
            type="button"
            aria-label={`Open large: ${card.title}`}
            onClick={() => onOpen(card.path)}
            className="block w-full cursor-zoom-in rounded-sm"
          >
            <img
              src={rawUrl(card.path, { version: card.version })}
              alt={card.caption || card.title}
              loading="lazy"
              className="max-h-80 w-full rounded-sm bg-[white] object-contain"
            />
          </button>
          {card.caption && <figcaption className="mt-1.5 text-gray-11 text-small">{card.caption}</figcaption>}
        </figure>
      )}
      {card.kind === 'table' && <TableOf table={card.table} />}
      {card.kind === 'confusion' && (
        <div className="max-h-96 overflow-y-auto">
          <Confusion labels={card.labels} counts={card.matrix} />
        </div>
      )}
      {card.kind === 'curve' && (
        <Curves title={card.title} curves={card.curves} xLabel={card.xLabel} yLabel={card.yLabel} />
      )}
    </section>
  );
});

function TableOf({ table }: { table: LoggedTable }) {
  const numeric = table.columns.map((_, index) =>
    table.rows.every((row) => typeof (row[index] ?? 0) === 'number'),
  );
  return (
    <>
      <div role="group" aria-label="Table" tabIndex={0} className="max-h-80 overflow-auto">
        <table className="number border-collapse text-small">
          <thead className="sticky top-0 bg-surface">
            <tr>
              {table.columns.map((column, index) => (
                <th
                  key={`${index}-${column}`}
                  scope="col"
                  className={`whitespace-nowrap border-b py-1 pr-4 font-[520] text-gray-10 ${numeric[index] ? 'text-right' : 'text-left'}`}
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              <tr key={at}>
                {table.columns.map((_, index) => {
                  const value = row[index];
                  return (
                    <td
                      key={index}
                      className={`max-w-60 truncate border-gray-4 border-b py-1 pr-4 ${numeric[index] ? 'text-right' : ''}`}
                    >
                      {typeof value === 'number' ? formatValue(value) : (cellText(value) ?? '–')}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(table.totalRows > table.rows.length || table.totalColumns > table.columns.length) && (
        <p className="mt-1.5 text-gray-10 text-small">
          The first {formatOf(table.rows.length, 'row')} of {formatCount(table.totalRows)}
          {table.totalColumns > table.columns.length &&
            `, and ${formatOf(table.columns.length, 'column')} of ${formatCount(table.totalColumns)}`}
          .
        </p>
      )}
    </>
  );
}

const color = (index: number) => `var(--series-${(index % 8) + 1})`;

function Curves({
  title,
  curves,
  xLabel,
  yLabel,
}: {
  title: string;
  curves: readonly Curve[];
  xLabel: string;
  yLabel: string;
}) {
  const points = curves.flatMap((curve) => curve.points);
  const unit = (values: number[]): [number, number] =>
    values.every((value) => value >= 0 && value <= 1) ? [0, 1] : domainOf(values, 0.02);
  return (
    <>
      <Figure
        label={`${title}: ${yLabel} by ${xLabel}`}
        x={unit(points.map(([x]) => x))}
        y={unit(points.map(([, y]) => y))}
        xLabel={xLabel}
        yLabel={yLabel}
        height={230}
      >
        {(x, y) =>
          curves.map((curve, index) => (
            <path
              key={curve.run}
              d={pathOf(curve.points.map(([across, up]) => [x(across), y(up)]))}
              className="fill-none"
              style={{ stroke: color(index) }}
              strokeWidth="1.75"
            />
          ))
        }
      </Figure>
      {curves.some((curve) => curve.run) && (
        <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-gray-11 text-small">
          {curves.map((curve, index) => (
            <li key={curve.run} className="flex items-center gap-1.5">
              <span aria-hidden className="h-0.5 w-3 rounded-full" style={{ background: color(index) }} />
              {curve.run || 'no run'}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
