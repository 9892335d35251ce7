import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { placeOf, rememberPlace } from '@/canvas/lib/place';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { Thumbnail } from '@/ui/thumbnail';
import type { GridColumn } from './columns';

const ROW = 26;

export interface Sort {
  column: number;
  descending: boolean;
}

export interface DataGridProps {
  label: string;
  columns: readonly GridColumn[];
  count: number;
  /** The cells of a row; null while they are on their way. A cell that is null is a missing value. */
  row: (index: number) => readonly (string | null | undefined)[] | null;
  /** What stands under the names, such as a histogram, and how much room it has. */
  under?: (column: number) => ReactNode;
  underHeight?: number;
  sort?: Sort | null;
  onSort?: (column: number) => void;
  /** Tells which rows are in view, to fetch them. */
  onRows?: (from: number, to: number) => void;
  /** Tells which columns are in view. */
  onColumns?: (first: number, last: number) => void;
  /** Where the grid remembers its place. */
  place?: string;
  /** Brings a column into view. */
  showColumn?: number | null;
}

/** A table of any size: of its rows and columns those in view are drawn. */
export function DataGrid({
  label,
  columns,
  count,
  row,
  under,
  underHeight = 0,
  sort,
  onSort,
  onRows,
  onColumns,
  place,
  showColumn,
}: DataGridProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [cell, setCell] = useState<{ row: number; column: number } | null>(null);
  const gutter = Math.max(40, formatCount(count).length * 7.5 + 18);
  const head = 30 + underHeight;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 12,
    initialOffset: place ? placeOf(place) : 0,
    scrollPaddingStart: head,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => columns[index]?.width ?? 100,
    overscan: 3,
    paddingStart: gutter,
    scrollPaddingStart: gutter,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other columns have other widths
  useEffect(() => across.measure(), [across, columns]);
  useEffect(() => {
    if (showColumn != null && showColumn >= 0) across.scrollToIndex(showColumn, { align: 'start' });
  }, [across, showColumn]);
  const shownRows = rows.getVirtualItems();
  const shownColumns = across.getVirtualItems();
  const from = shownRows[0]?.index ?? 0;
  const to = shownRows.at(-1)?.index ?? 0;
  useEffect(() => onRows?.(from, to), [onRows, from, to]);
  const first = shownColumns[0]?.index ?? 0;
  const last = shownColumns.at(-1)?.index ?? 0;
  useEffect(() => onColumns?.(first, last), [onColumns, first, last]);
  useKeepPlace(frame, place);

  const move = (event: React.KeyboardEvent) => {
    const steps: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [20, 0],
      PageUp: [-20, 0],
    };
    const step = steps[event.key];
    if (!step || count === 0 || event.target !== event.currentTarget) return;
    event.preventDefault();
    const now = cell ?? { row: from - step[0], column: -step[1] };
    const next = {
      row: Math.min(count - 1, Math.max(0, now.row + step[0])),
      column: Math.min(columns.length - 1, Math.max(0, now.column + step[1])),
    };
    setCell(next);
    rows.scrollToIndex(next.row);
    across.scrollToIndex(next.column);
  };

  return (
    <div
      ref={frame}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      onKeyDown={move}
      className="relative h-full overflow-auto overscroll-contain text-small focus-visible:outline-offset-[-2px]"
    >
      <div
        style={{ height: rows.getTotalSize() + head, width: across.getTotalSize() }}
        className="relative min-w-full"
      >
        <div
          role="row"
          tabIndex={-1}
          aria-rowindex={1}
          className="sticky top-0 z-20 border-b bg-gray-2"
          style={{ height: head }}
        >
          <div className="sticky left-0 z-10 h-full border-r bg-gray-2" style={{ width: gutter }} />
          {shownColumns.map(({ index, start, size }) => {
            const column = columns[index];
            const sorted =
              sort?.column === index ? (sort.descending ? 'descending' : 'ascending') : undefined;
            return (
              <div
                key={index}
                role="columnheader"
                tabIndex={-1}
                aria-colindex={index + 1}
                aria-sort={onSort ? (sorted ?? 'none') : undefined}
                className="absolute top-0 h-full border-gray-4 border-r"
                style={{ left: start, width: size }}
              >
                <HeadCell column={column} sorted={sorted} onSort={onSort && (() => onSort(index))} />
                {under && <div style={{ height: underHeight }}>{under(index)}</div>}
              </div>
            );
          })}
        </div>
        {shownRows.map((item) => {
          const cells = row(item.index);
          return (
            <div
              key={item.index}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              className="absolute left-0 w-full border-gray-3 border-b hover:bg-gray-3"
              style={{ top: item.start + head, height: ROW }}
            >
              <div
                className="number sticky left-0 z-10 inline-block h-full border-gray-4 border-r bg-gray-2 pr-2 text-right text-gray-9 leading-[25px]"
                style={{ width: gutter }}
              >
                {formatCount(item.index + 1)}
              </div>
              {shownColumns.map(({ index, start, size }) => (
                <Cell
                  key={index}
                  value={cells?.[index]}
                  waiting={cells === null || cells[index] === undefined}
                  numeric={columns[index]?.numeric ?? false}
                  image={columns[index]?.image}
                  left={start}
                  width={size}
                  column={index}
                  current={cell?.row === item.index && cell.column === index}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function HeadCell({
  column,
  sorted,
  onSort,
}: {
  column: GridColumn | undefined;
  sorted: 'ascending' | 'descending' | undefined;
  onSort: (() => void) | undefined;
}) {
  const content = (
    <>
      <span className={cn('min-w-0 truncate font-[550]', column?.numeric && 'ml-auto')}>{column?.name}</span>
      {column?.type && <span className="shrink-0 text-gray-10 text-label">{column.type}</span>}
      {sorted === 'ascending' && <ArrowUp size={12} aria-hidden className="shrink-0 text-accent-text" />}
      {sorted === 'descending' && <ArrowDown size={12} aria-hidden className="shrink-0 text-accent-text" />}
    </>
  );
  const look = 'flex h-[29px] w-full items-center gap-1.5 px-2.5';
  return onSort ? (
    <button type="button" onClick={onSort} className={cn(look, 'hover:bg-gray-4')} title={column?.name}>
      {content}
    </button>
  ) : (
    <div className={look} title={column?.name}>
      {content}
    </div>
  );
}

function Cell({
  value,
  waiting,
  numeric,
  image,
  left,
  width,
  column,
  current,
}: {
  value: string | null | undefined;
  waiting: boolean;
  numeric: boolean;
  image: GridColumn['image'];
  left: number;
  width: number;
  column: number;
  current: boolean;
}) {
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      aria-colindex={column + 1}
      title={value && value.length > 30 ? value.slice(0, 2_000) : undefined}
      className={cn(
        'absolute top-0 h-full truncate whitespace-pre px-2.5 leading-[25px]',
        numeric && 'number text-right',
        current && 'outline-2 outline-accent outline-offset-[-2px]',
      )}
      style={{ left, width }}
    >
      {waiting ? (
        <span className="mt-2 block h-2 w-2/3 animate-shimmer rounded-sm bg-gray-4" />
      ) : value === null || value === undefined ? (
        <span className="text-gray-8">–</span>
      ) : (
        <>
          {image && <Thumbnail src={image(value)} className="mr-2 size-[22px] align-middle" />}
          {oneLine(value)}
        </>
      )}
    </div>
  );
}

/** What fits into a cell; line breaks are shown as such. */
const oneLine = (value: string) =>
  (value.length > 200 ? value.slice(0, 200) : value).replace(/\r?\n/g, ' ⏎ ');

function useKeepPlace(frame: RefObject<HTMLDivElement | null>, place: string | undefined) {
  useEffect(() => {
    const scroller = frame.current;
    if (!scroller || !place) return;
    const note = () => scroller.clientHeight > 0 && rememberPlace(place, scroller.scrollTop);
    scroller.addEventListener('scroll', note, { passive: true });
    return () => scroller.removeEventListener('scroll', note);
  }, [frame, place]);
}
