import type { WeakSlice } from '@/api/schema';
import { Sentence } from '@/canvas/parts/sentence';
import { RangePlot } from '@/canvas/score/range-plot';
import { formatCount, formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';
import { Cell, Head, NumberCell, Table } from '@/ui/table';

export function Slices({ rows, metric }: { rows: readonly WeakSlice[]; metric: string }) {
  if (rows.length === 0)
    return (
      <p className="text-gray-10 text-small">
        None stands out: no group that was looked at is clearly worse.
      </p>
    );
  return (
    <div className="overflow-x-auto">
      <Table className="min-w-[460px]">
        <thead>
          <tr>
            <Head>Rows where</Head>
            <Head className="text-right">Rows</Head>
            <Head className="text-right">{metricName(metric)}</Head>
            <Head className="w-1/3">
              <span className="sr-only">Drawn against all rows</span>
            </Head>
            <Head className="pr-0 text-right">All rows</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.column}-${row.description}`}>
              <Cell className="max-w-72 [overflow-wrap:anywhere]">
                <Sentence text={`\`${row.column}\` ${row.description}`} />
              </Cell>
              <NumberCell>{formatCount(row.rows)}</NumberCell>
              <NumberCell className="font-[550]">{formatValue(row.value)}</NumberCell>
              <Cell className="min-w-28 px-4">
                <RangePlot compact value={row.value} low={row.low} high={row.high} baseline={row.overall} />
              </Cell>
              <NumberCell className="pr-0 text-gray-11">{formatValue(row.overall)}</NumberCell>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
