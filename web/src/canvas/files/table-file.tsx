import { useCallback, useMemo, useState } from 'react';
import { columnsOf } from '@/canvas/grid/columns';
import { DataGrid, type Sort } from '@/canvas/grid/data-grid';
import { sortRows } from '@/canvas/grid/sort';
import { formatOf } from '@/lib/format';
import { Empty } from '@/ui/states';
import { readDelimited } from './delimited';

/** Delimited text as a grid. */
export default function TableFile({ text, cut, path }: { text: string; cut: boolean; path: string }) {
  const table = useMemo(() => readDelimited(text, { cut }), [text, cut]);
  const columns = useMemo(() => columnsOf(table.header, table.rows), [table]);
  const [sort, setSort] = useState<Sort | null>(null);
  const rows = useMemo(
    () => (sort ? sortRows(table.rows, sort, columns[sort.column]?.numeric ?? false) : table.rows),
    [table, columns, sort],
  );
  const row = useCallback(
    (index: number) => rows[index]?.map((value) => (value === '' ? null : value)) ?? [],
    [rows],
  );
  if (columns.length === 0) return <Empty title="No columns were found" />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 grow">
        <DataGrid
          label={path}
          columns={columns}
          count={rows.length}
          row={row}
          sort={sort}
          onSort={(column) =>
            setSort((now) =>
              now?.column !== column
                ? { column, descending: false }
                : now.descending
                  ? null
                  : { column, descending: true },
            )
          }
          place={`grid${path}`}
        />
      </div>
      <p className="number shrink-0 border-t px-3 py-1 text-gray-10 text-small">
        {formatOf(rows.length, 'row')} × {formatOf(columns.length, 'column')}
        {cut && ', of the part that is shown'}
      </p>
    </div>
  );
}
