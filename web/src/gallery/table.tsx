import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ExperimentSummary } from '@/api/types';
import { cn } from '@/lib/cn';
import { formatAgo, formatCost, formatCount, formatTime } from '@/lib/format';
import { SelectBox } from '@/ui/select-box';
import { Cell, Head, NumberCell, Table } from '@/ui/table';
import { ExperimentLink } from './cards';
import { ExperimentMenu } from './experiment-menu';
import { Score } from './facts';
import { useFirstScreen } from './first-screen';
import { Progress } from './progress';
import type { Selection } from './selection';

interface Column {
  name: string;
  /** What the server sorts it by; its first click sorts this way. */
  sort?: string;
  number?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'Name', sort: 'name' },
  { name: 'State', sort: 'state' },
  { name: 'Score', sort: '-score' },
  { name: 'Target' },
  { name: 'Rows', number: true },
  { name: 'Columns', number: true },
  { name: 'Sessions', number: true },
  { name: 'Model' },
  { name: 'Cost', number: true },
  { name: 'Changed', sort: '-updated' },
];

const key = (sort: string | undefined) => sort?.replace(/^-/, '');

export function ExperimentTable({
  experiments,
  selection,
  sort,
  onSort,
}: {
  experiments: readonly ExperimentSummary[];
  selection: Selection;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const shown = useFirstScreen(experiments);
  const all = experiments.length > 0 && experiments.every((one) => selection.has(one.id));
  return (
    <div className="overflow-x-auto rounded-md border bg-surface">
      <Table className="[&_td:first-child]:pl-3 [&_th:first-child]:pl-3 [&_tr:last-child>td]:border-0">
        <thead>
          <tr>
            <Head className="w-7">
              <SelectBox
                checked={all || (selection.size > 0 && 'indeterminate')}
                onChange={(to) => selection.setAll(to ? experiments.map((one) => one.id) : [])}
                label="Select all that are shown"
              />
            </Head>
            {COLUMNS.map((column) => (
              <SortHead key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
            <Head className="w-8">
              <span className="sr-only">More</span>
            </Head>
          </tr>
        </thead>
        <tbody>
          {shown.map((experiment) => (
            <tr
              key={experiment.id}
              className={cn('hover:bg-gray-2', selection.has(experiment.id) && 'bg-accent-soft')}
            >
              <Cell>
                <SelectBox
                  checked={selection.has(experiment.id)}
                  onChange={(to) => selection.set(experiment.id, to)}
                  label={`Select ${experiment.name}`}
                />
              </Cell>
              <Cell className="max-w-64 truncate text-body">
                <ExperimentLink experiment={experiment} className="font-[550] hover:underline" />
              </Cell>
              <Cell>
                <Progress experiment={experiment} />
              </Cell>
              <Cell>
                {experiment.score ? (
                  <Score experiment={experiment} />
                ) : (
                  <span className="text-gray-9">–</span>
                )}
              </Cell>
              <Cell className="max-w-36 truncate">
                {experiment.target ?? <span className="text-gray-9">–</span>}
              </Cell>
              <NumberCell>{experiment.rows == null ? '–' : formatCount(experiment.rows)}</NumberCell>
              <NumberCell>{experiment.columns == null ? '–' : formatCount(experiment.columns)}</NumberCell>
              <NumberCell>{experiment.session_count ?? 1}</NumberCell>
              <Cell className="max-w-40 truncate text-gray-11">{experiment.model ?? '–'}</Cell>
              <NumberCell>
                {experiment.usage?.cost == null ? '–' : formatCost(experiment.usage.cost)}
              </NumberCell>
              <Cell className="whitespace-nowrap text-gray-11">
                <time title={formatTime(experiment.updated_at ?? experiment.created_at)}>
                  {formatAgo(experiment.updated_at ?? experiment.created_at)}
                </time>
              </Cell>
              <Cell>
                <ExperimentMenu experiment={experiment} />
              </Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function SortHead({
  column,
  sort,
  onSort,
}: {
  column: Column;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const active = column.sort !== undefined && key(sort) === key(column.sort);
  const down = sort.startsWith('-');
  return (
    <Head
      className={cn(column.number && 'text-right')}
      aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}
    >
      {column.sort ? (
        <button
          type="button"
          className={cn(
            'inline-flex items-center gap-1 rounded-sm hover:text-gray-12',
            active && 'text-gray-12',
          )}
          onClick={() =>
            onSort(active ? (down ? (key(sort) as string) : `-${key(sort)}`) : (column.sort as string))
          }
        >
          {column.name}
          {active && (down ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
        </button>
      ) : (
        column.name
      )}
    </Head>
  );
}
