import { ChevronRight } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { WorstPrediction } from '@/api/schema';
import { IMAGE, useImages } from '@/canvas/lib/images';
import { cn } from '@/lib/cn';
import { formatCount, formatValue } from '@/lib/format';
import { Cell, Head, NumberCell, Table } from '@/ui/table';
import { Thumbnail } from '@/ui/thumbnail';

/** The rows with the largest errors; each opens to its raw values. */
export function WorstRows({ rows, problem }: { rows: readonly WorstPrediction[]; problem: string }) {
  const [open, setOpen] = useState<number | null>(null);
  const regression = problem === 'regression';
  const imageOf = useImages();
  return (
    <Table>
      <thead>
        <tr>
          <Head>Held row</Head>
          <Head className={regression ? 'text-right' : ''}>Truth</Head>
          <Head className={regression ? 'text-right' : ''}>Prediction</Head>
          <Head className="w-1/2 max-sm:hidden">{imageOf ? 'Its image' : 'Its values'}</Head>
          <Head className="whitespace-nowrap pr-0 text-right">{regression ? 'Error' : 'P(truth)'}</Head>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const isOpen = open === row.row;
          const Value = regression ? NumberCell : Cell;
          const number = (text: string) => (regression ? formatValue(Number(text)) : text);
          return (
            <Fragment key={row.row}>
              <tr className="hover:bg-gray-3">
                <td className="border-gray-4 border-b p-0">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    onClick={() => setOpen(isOpen ? null : row.row)}
                    className="number flex h-[30px] w-full items-center gap-1 rounded-sm pr-2"
                  >
                    <ChevronRight
                      size={13}
                      aria-hidden
                      className={cn('text-gray-9 transition-transform duration-120', isOpen && 'rotate-90')}
                    />
                    {formatCount(row.row + 1)}
                  </button>
                </td>
                <Value className="max-w-40 truncate">{number(row.truth)}</Value>
                <Value className="max-w-40 truncate">{number(row.prediction)}</Value>
                <Cell className="max-w-0 truncate text-gray-10 max-sm:hidden">
                  {imageOf && row.values[IMAGE] ? (
                    <Thumbnail src={imageOf(row.values[IMAGE])} className="my-1 size-12 align-middle" />
                  ) : (
                    inLine(row.values)
                  )}
                </Cell>
                <NumberCell className="pr-0">
                  {regression
                    ? `${(row.error ?? 0) > 0 ? '+' : ''}${formatValue(row.error)}`
                    : row.truth_probability == null
                      ? '–'
                      : `${(row.truth_probability * 100).toFixed(1)} %`}
                </NumberCell>
              </tr>
              {isOpen && (
                <tr>
                  <td colSpan={5} className="border-gray-4 border-b bg-gray-2 px-4 py-2.5">
                    <dl className="grid @min-[640px]:grid-cols-[repeat(2,auto_1fr)] grid-cols-[auto_1fr] gap-x-4 gap-y-1">
                      {Object.entries(row.values).map(([name, value]) => (
                        <div key={name} className="contents">
                          <dt className="truncate text-gray-10">{name}</dt>
                          <dd className="number min-w-0 [overflow-wrap:anywhere]">
                            {value ?? <span className="text-gray-9">missing</span>}
                          </dd>
                        </div>
                      ))}
                    </dl>
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </Table>
  );
}

const inLine = (values: WorstPrediction['values']) =>
  Object.entries(values)
    .slice(0, 12)
    .map(([name, value]) => `${name} ${value ?? '–'}`)
    .join(' · ');
