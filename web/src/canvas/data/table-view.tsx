import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { columnsOf } from '@/canvas/grid/columns';
import { DataGrid, type Sort } from '@/canvas/grid/data-grid';
import { IMAGE, useImages } from '@/canvas/lib/images';
import { SearchField } from '@/canvas/parts/search-field';
import { formatCount, formatOf } from '@/lib/format';
import { Dialog } from '@/ui/dialog';
import { Empty, ErrorState } from '@/ui/states';
import { ColumnDetails, ColumnSummary } from './column-summary';
import { usePages } from './pages';
import { isNumberType, PROFILED, profileQuery, quoted, type TableItem, typeName } from './tables';

/** What a grid shows of a table whose rows nobody has counted. */
const UNCOUNTED = 100_000;

/** The rows of a table, with a picture of each column above them. */
export function TableView({
  session,
  table,
  version,
}: {
  session: string;
  table: TableItem;
  version: string;
}) {
  const [find, setFind] = useState('');
  const [sort, setSort] = useState<{ name: string; descending: boolean } | null>(null);
  const [blocks, setBlocks] = useState<readonly number[]>([0]);
  const [open, setOpen] = useState<string | null>(null);
  const imageOf = useImages();
  const wanted = find.trim().toLowerCase();
  const shown = useMemo(
    () => table.columns.filter((column) => !wanted || column.name.toLowerCase().includes(wanted)),
    [table.columns, wanted],
  );
  const names = useMemo(() => shown.map((column) => column.name), [shown]);
  const columns = useMemo(
    () =>
      columnsOf(
        names,
        [],
        shown.map((column) => typeName(column.type)),
      ).map((column, index) => ({
        ...column,
        numeric: isNumberType(shown[index]?.type ?? ''),
        width: Math.max(column.width, 148),
        image: (column.name === IMAGE && imageOf) || undefined,
      })),
    [names, shown, imageOf],
  );
  const order = sort ? `${quoted(sort.name)}${sort.descending ? ' DESC' : ''}` : null;
  const pages = usePages(session, table.name, names, order, `${version}/${wanted}`);
  const place = useMemo(
    () => new Map(table.columns.map((column, index) => [column.name, index])),
    [table.columns],
  );
  const profiles = useQueries({
    queries: blocks.map((block) => profileQuery(session, table.name, version, block)),
  });
  const factsOf = (name: string) => {
    const at = place.get(name) ?? 0;
    const profile = profiles[blocks.indexOf(Math.floor(at / PROFILED))]?.data;
    return { facts: profile?.columns[at % PROFILED] ?? null, rows: profile?.rows ?? 0 };
  };
  const { see } = pages;
  const seen = useRef({ from: 0, to: 0, first: 0, last: 0 });
  const look = useCallback(
    (change: Partial<typeof seen.current>) => {
      seen.current = { ...seen.current, ...change };
      const { from, to, first, last } = seen.current;
      see(from, to, first, last);
    },
    [see],
  );
  const onColumns = useCallback(
    (first: number, last: number) => {
      look({ first, last });
      const needed = new Set<number>();
      for (let at = first; at <= last; at++) {
        const index = place.get(names[at] ?? '');
        if (index !== undefined) needed.add(Math.floor(index / PROFILED));
      }
      setBlocks((now) => {
        const more = [...needed].filter((block) => !now.includes(block));
        return more.length > 0 ? [...now, ...more].slice(-24) : now;
      });
    },
    [look, names, place],
  );
  const onRows = useCallback((from: number, to: number) => look({ from, to }), [look]);
  const sorted: Sort | null = sort ? { column: names.indexOf(sort.name), descending: sort.descending } : null;
  const count = table.rows ?? UNCOUNTED;
  const detail = open === null ? null : factsOf(open);
  if (table.error)
    return <ErrorState error={new Error(table.error)} title={`${table.name} cannot be read`} />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-3 border-b px-3 py-1.5">
        <SearchField label="Find a column" value={find} onChange={setFind} className="w-52" />
        <span className="number ml-auto truncate text-gray-10 text-small" role="status">
          {table.rows == null ? 'rows not counted' : formatOf(table.rows, 'row')} ×{' '}
          {wanted && `${formatCount(names.length)} of `}
          {formatOf(table.columns.length, 'column')}
        </span>
      </div>
      <div className="min-h-0 grow">
        {pages.error && pages.row(0) === null ? (
          <ErrorState
            error={pages.error}
            title={`The rows of ${table.name} could not be read`}
            onRetry={pages.retry}
          />
        ) : names.length === 0 ? (
          <Empty title={`No column is called “${find}”`} />
        ) : (
          <DataGrid
            key={`${table.name}/${wanted}`}
            label={table.name}
            columns={columns}
            count={count}
            row={pages.row}
            sort={sorted}
            onSort={(column) => {
              const name = names[column] as string;
              setSort((now) =>
                now?.name !== name
                  ? { name, descending: false }
                  : now.descending
                    ? null
                    : { name, descending: true },
              );
            }}
            onRows={onRows}
            onColumns={onColumns}
            underHeight={56}
            under={(column) => {
              const name = names[column] as string;
              return <ColumnSummary {...factsOf(name)} onOpen={() => setOpen(name)} />;
            }}
            place={`${session}/data/${table.name}`}
          />
        )}
      </div>
      <Dialog
        open={open !== null}
        onOpenChange={() => setOpen(null)}
        title={<code className="text-[14px]">{open}</code>}
        description={`In ${table.name}`}
      >
        {detail?.facts && <ColumnDetails facts={detail.facts} rows={detail.rows} />}
      </Dialog>
    </div>
  );
}
