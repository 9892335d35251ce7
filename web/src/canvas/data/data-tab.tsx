import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { LinkIcon } from '@/canvas/parts/link-icon';
import { Segments } from '@/canvas/parts/segments';
import { Toolbar } from '@/canvas/parts/toolbar';
import { formatOf } from '@/lib/format';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Select } from '@/ui/select';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { SqlView } from './sql-view';
import { TableView } from './table-view';
import { downloadUrl, quoted, tablesQuery } from './tables';

const KINDS: Readonly<Record<string, string>> = {
  raw: 'the whole upload',
  working: 'what the agent sees',
  split: 'prepared',
  union: 'all splits',
  file: 'written by the agent',
};

/** Every table of the session: its rows, what is in its columns, and SQL over all of them. */
export default function DataTab() {
  const { store, session, search, show } = useStudio();
  // A table is there once its file is; each write of one is another version of it.
  const version = useView(store, (view) => {
    let tables = 0;
    for (const file of view.files.values())
      if (/\.(csv|tsv|parquet|pq)$/i.test(file.path)) tables += file.version;
    return `${tables}/${view.metadataVersion}/${view.score ? 1 : 0}`;
  });
  const query = useQuery(tablesQuery(session.id, version));
  const tables = useMemo(() => query.data ?? [], [query.data]);
  const table = tables.find((one) => one.name === search.table) ?? tables[0];
  if (query.isPending) return <SkeletonText lines={8} className="p-4" />;
  if (query.error && tables.length === 0)
    return (
      <ErrorState
        className="h-full"
        error={query.error}
        title="The tables could not be listed"
        onRetry={() => void query.refetch()}
      />
    );
  if (!table)
    return (
      <Empty title="No tables" className="h-full">
        The dataset holds no CSV or Parquet file, and no stage has written one yet.
      </Empty>
    );
  const asking = search.sql !== undefined;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Toolbar>
        <Segments
          label="Look at"
          value={asking ? 'sql' : 'table'}
          onChange={(to) =>
            show({ sql: to === 'sql' ? `SELECT *\nFROM ${plain(table.name)}\nLIMIT 100` : undefined })
          }
          options={[
            { value: 'table', label: 'Table' },
            { value: 'sql', label: 'SQL' },
          ]}
        />
        {!asking && (
          <>
            <Select
              quiet
              label="Table"
              value={table.name}
              onChange={(name) => show({ table: name })}
              options={tables.map((one) => ({
                value: one.name,
                label: one.name,
                note:
                  one.rows == null ? KINDS[one.kind] : `${formatOf(one.rows, 'row')} · ${KINDS[one.kind]}`,
              }))}
            />
            <span className="text-gray-10 text-small max-sm:hidden">{KINDS[table.kind]}</span>
            <span className="ml-auto">
              <LinkIcon
                label="Download as CSV"
                href={downloadUrl(session.id, `SELECT * FROM ${quoted(table.name)}`, 'csv', table.name)}
              >
                <Download size={15} aria-hidden />
              </LinkIcon>
            </span>
          </>
        )}
      </Toolbar>
      <div className="min-h-0 grow">
        {asking ? (
          <SqlView session={session.id} tables={tables} initial={search.sql ?? ''} />
        ) : (
          <TableView key={table.name} session={session.id} table={table} version={version} />
        )}
      </div>
    </div>
  );
}

/** A name that needs no quotes is written without. */
const plain = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name));
