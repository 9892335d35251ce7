import { ChevronRight } from 'lucide-react';
import { Fragment, useState } from 'react';
import type { WorstPrediction } from '@/api/schema';
import { cn } from '@/lib/cn';
import { formatCount, formatValue } from '@/lib/format';
import { Cell, Head, NumberCell, Table } from '@/ui/table';

/** The rows with the largest errors; each opens to its raw values. */
export function WorstRows({ rows, problem }: { rows: readonly WorstPrediction[]; problem: string }) {
  const [open, setOpen] = useState<number | null>(null);
  const regression = problem === 'regression';
  return (
    <Table>
      <thead>
        <tr>
          <Head>Held row</Head>
          <Head className={regression ? 'text-right' : ''}>Truth</Head>
          <Head className={regression ? 'text-right' : ''}>Prediction</Head>
          <Head className="pr-0 text-right">{regression ? 'Error' : 'Probability of the truth'}</Head>
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
                <Cell className="p-0">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    onClick={() => setOpen(isOpen ? null : row.row)}
                    className="number flex w-full items-center gap-1 rounded-sm py-1.5"
                  >
                    <ChevronRight
                      size={13}
                      aria-hidden
                      className={cn('text-gray-9 transition-transform duration-120', isOpen && 'rotate-90')}
                    />
                    {formatCount(row.row + 1)}
                  </button>
                </Cell>
                <Value className="max-w-40 truncate">{number(row.truth)}</Value>
                <Value className="max-w-40 truncate">{number(row.prediction)}</Value>
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
                  <td colSpan={4} className="border-gray-4 border-b bg-gray-2 px-4 py-2.5">
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
