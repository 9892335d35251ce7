import type { LabelMeasure } from '@/api/schema';
import { formatCount } from '@/lib/format';
import { Cell, Head, NumberCell, Table } from '@/ui/table';

export function PerLabel({ rows }: { rows: readonly LabelMeasure[] }) {
  return (
    <div className="max-h-80 overflow-auto">
      <Table>
        <thead className="sticky top-0 bg-gray-1">
          <tr>
            <Head>Label</Head>
            <Head className="text-right">Rows</Head>
            <Head className="text-right">Precision</Head>
            <Head className="text-right">Recall</Head>
            <Head className="pr-0 text-right">F1</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <Cell className="max-w-60 truncate">{row.label}</Cell>
              <NumberCell>{formatCount(row.rows)}</NumberCell>
              <Share value={row.precision} />
              <Share value={row.recall} />
              <Share value={row.f1} last />
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Share({ value, last }: { value: number; last?: boolean }) {
  return (
    <NumberCell className={last ? 'pr-0' : undefined}>
      <span className="inline-flex items-center gap-2">
        <span aria-hidden className="h-1.5 w-14 rounded-sm bg-gray-4">
          <span className="block h-full rounded-sm bg-(--series-1)" style={{ width: `${value * 100}%` }} />
        </span>
        {value.toFixed(3)}
      </span>
    </NumberCell>
  );
}
