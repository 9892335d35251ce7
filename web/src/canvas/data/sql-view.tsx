import { Download, History, Play, Square } from 'lucide-react';
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { columnsOf } from '@/canvas/grid/columns';
import { DataGrid, type Sort } from '@/canvas/grid/data-grid';
import { sortRows } from '@/canvas/grid/sort';
import { Segments } from '@/canvas/parts/segments';
import { formatDuration, formatOf } from '@/lib/format';
import { part } from '@/lib/part';
import { readStored, store as remember } from '@/lib/storage';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Keys } from '@/ui/keys';
import { Menu, MenuItem, MenuLabel } from '@/ui/menu';
import { Empty, ErrorState, Skeleton } from '@/ui/states';
import { QuickChart } from './quick-chart';
import {
  cellText,
  downloadUrl,
  isNumberType,
  type QueryResult,
  runQuery,
  type TableItem,
  typeName,
} from './tables';

const SqlEditor = part(() => import('./sql-editor'));

/** Rows that are fetched at first, and when more are wanted. */
const FIRST = 1_000;
const MORE = 10_000;
const REMEMBERED = 30;

interface Asked {
  sql: string;
  result: QueryResult | null;
  error: unknown;
}

const isHistory = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What was asked last in each session: a tab that is opened again shows it. */
const lastAsked = new Map<string, Asked>();

/** A query over every table of the session, and its result as a table or a picture. */
export function SqlView({
  session,
  tables,
  initial,
}: {
  session: string;
  tables: readonly TableItem[];
  initial: string;
}) {
  const { show } = useStudio();
  const [text, setText] = useState(initial);
  const [asked, setAsked] = useState<Asked | null>(() => lastAsked.get(session) ?? null);
  const [running, setRunning] = useState(false);
  const [as, setAs] = useState<'table' | 'chart'>('table');
  const [history, setHistory] = useState(() => readStored<string[]>('sql', [], isHistory));
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const run = useCallback(
    async (sql: string, limit = FIRST) => {
      const statement = sql.trim().replace(/;\s*$/, '');
      if (!statement) return;
      abort.current?.abort();
      const control = new AbortController();
      abort.current = control;
      setRunning(true);
      show({ sql: statement });
      setHistory((before) => {
        const next = [statement, ...before.filter((one) => one !== statement)].slice(0, REMEMBERED);
        remember('sql', next);
        return next;
      });
      const end = (asked: Asked) => {
        lastAsked.set(session, asked);
        setAsked(asked);
      };
      try {
        end({
          sql: statement,
          result: await runQuery(session, { sql: statement, limit }, control.signal),
          error: null,
        });
      } catch (error) {
        if (abort.current === control)
          end({
            sql: statement,
            result: null,
            error: control.signal.aborted ? new Error('Stopped before it ended.') : error,
          });
      } finally {
        if (abort.current === control) setRunning(false);
      }
    },
    [session, show],
  );
  const result = asked?.result ?? null;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="shrink-0 border-b">
        <Suspense fallback={<Skeleton className="m-3 h-[72px]" />}>
          <SqlEditor value={text} tables={tables} onChange={setText} onRun={() => void run(text)} />
        </Suspense>
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b px-3 py-1.5">
        {running ? (
          <Button onClick={() => abort.current?.abort()}>
            <Square size={11} aria-hidden className="fill-current" /> Stop
          </Button>
        ) : (
          <Button look="primary" disabled={!text.trim()} onClick={() => void run(text)}>
            <Play size={12} aria-hidden /> Run
          </Button>
        )}
        <span className="max-sm:hidden">
          <Keys>Ctrl ⏎</Keys>
        </span>
        {history.length > 0 && (
          <Menu
            align="start"
            trigger={
              <Button look="ghost">
                <History size={13} aria-hidden /> History
              </Button>
            }
          >
            <MenuLabel>Asked before</MenuLabel>
            {history.map((one) => (
              <MenuItem key={one} onSelect={() => setText(one)}>
                <code className="text-[12px]">{one.replace(/\s+/g, ' ')}</code>
              </MenuItem>
            ))}
          </Menu>
        )}
        <span className="number ml-auto text-gray-10 text-small" role="status">
          {running
            ? 'Running…'
            : result &&
              `${result.more ? 'first ' : ''}${formatOf(result.row_count, 'row')} in ${formatDuration(result.seconds)}`}
        </span>
        {result && asked && !running && (
          <>
            {result.more && result.row_count < MORE && (
              <Button size="small" look="ghost" onClick={() => void run(asked.sql, MORE)}>
                Load 10,000
              </Button>
            )}
            <Menu
              trigger={
                <Button size="small" look="ghost" aria-label="Download the whole result">
                  <Download size={13} aria-hidden />
                </Button>
              }
            >
              {(['csv', 'parquet'] as const).map((format) => (
                <MenuItem
                  key={format}
                  onSelect={() => location.assign(downloadUrl(session, asked.sql, format, 'result'))}
                >
                  All rows as {format === 'csv' ? 'CSV' : 'Parquet'}
                </MenuItem>
              ))}
            </Menu>
            <Segments
              label="Show as"
              value={as}
              onChange={setAs}
              options={[
                { value: 'table', label: 'Table' },
                { value: 'chart', label: 'Chart' },
              ]}
            />
          </>
        )}
      </div>
      <div className={running ? 'min-h-0 grow opacity-50 transition-opacity duration-150' : 'min-h-0 grow'}>
        {asked?.error ? (
          <ErrorState error={asked.error} title="The query did not run" />
        ) : result ? (
          as === 'chart' ? (
            <QuickChart key={asked?.sql} result={result} />
          ) : (
            <ResultGrid key={asked?.sql} result={result} />
          )
        ) : (
          <Empty title="Ask the data">
            Every table of the session can be read with SQL:{' '}
            {tables
              .slice(0, 6)
              .map((table) => table.name)
              .join(', ')}
            {tables.length > 6 && ' and more'}. Nothing can be changed.
          </Empty>
        )}
      </div>
    </div>
  );
}

function ResultGrid({ result }: { result: QueryResult }) {
  const [sort, setSort] = useState<Sort | null>(null);
  const cells = useMemo(() => result.rows.map((row) => row.map(cellText)), [result]);
  const columns = useMemo(
    () =>
      columnsOf(result.columns, cells, result.types.map(typeName)).map((column, index) => ({
        ...column,
        numeric: isNumberType(result.types[index] ?? ''),
      })),
    [result, cells],
  );
  const rows = useMemo(
    () => (sort ? sortRows(cells, sort, columns[sort.column]?.numeric ?? false) : cells),
    [cells, columns, sort],
  );
  if (rows.length === 0) return <Empty title="No rows">The query ran; nothing fits it.</Empty>;
  return (
    <DataGrid
      label="Result"
      columns={columns}
      count={rows.length}
      row={(index) => rows[index] ?? null}
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
    />
  );
}
