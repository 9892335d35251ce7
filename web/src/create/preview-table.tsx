import { useVirtualizer } from '@tanstack/react-virtual';
import { TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import type { DatasetPreview } from '@/api/types';
import { cn } from '@/lib/cn';
import { formatCount, formatOf } from '@/lib/format';
import { ChosenImage } from './chosen-image';
import type { NamedImages } from './image-rows';

const WIDTH = 132;
const ROW = 28;

/** The first rows of a file with what each column was taken for; thousands of columns are drawn as they are scrolled to. */
export function PreviewTable({
  preview,
  target,
  dropped,
  images,
  onTarget,
}: {
  preview: DatasetPreview;
  target: string;
  dropped: readonly string[];
  /** Where a column names images: they are shown in it, and it cannot be predicted. */
  images?: NamedImages | null;
  onTarget: (name: string) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const { columns, first_rows: rows } = preview;
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: () => WIDTH,
    overscan: 6,
  });
  const shown = across.getVirtualItems();
  const numeric = (index: number) =>
    index !== images?.column && ['integer', 'number'].includes(columns[index]?.type ?? '');
  const state = (name: string) =>
    name === target ? 'bg-accent-soft' : dropped.includes(name) ? 'opacity-40' : '';
  return (
    <div className="flex min-h-0 flex-col gap-2">
      <p className="flex flex-wrap gap-x-3 text-gray-10 text-small">
        <span className="number">
          {preview.rows == null
            ? `first ${formatOf(preview.rows_read, 'row')}`
            : formatOf(preview.rows, 'row')}{' '}
          × {formatOf(columns.length, 'column')}
        </span>
        <span>{preview.format === 'csv' ? delimiterWords(preview.dialect?.delimiter) : preview.format}</span>
        <span>Click a column to predict it.</span>
      </p>
      {preview.warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-1.5 text-small text-warning-text">
          <TriangleAlert size={13} className="mt-[2.5px] shrink-0" /> {warning}
        </p>
      ))}
      <div
        ref={frame}
        tabIndex={0}
        role="region"
        aria-label="First rows"
        className="max-h-[316px] overflow-auto rounded-md border bg-surface text-[12px] leading-[18px]"
      >
        <div className="relative" style={{ width: across.getTotalSize(), height: 62 + rows.length * ROW }}>
          <div className="sticky top-0 z-10 h-[62px] border-b bg-gray-2">
            {shown.map(({ index, start }) => {
              const column = columns[index];
              if (!column) return null;
              return (
                <button
                  type="button"
                  key={column.name}
                  disabled={index === images?.column}
                  onClick={() => onTarget(column.name === target ? '' : column.name)}
                  aria-pressed={column.name === target}
                  style={{ left: start, width: WIDTH }}
                  className={cn(
                    'absolute top-0 flex h-[61px] flex-col justify-center border-r px-2 text-left enabled:hover:bg-gray-4',
                    state(column.name),
                  )}
                  title={`${column.name}: ${column.type}${column.distinct == null ? '' : `, about ${formatCount(column.distinct)} different`}`}
                >
                  <span className="mono w-full truncate font-[600] text-gray-12">{column.name}</span>
                  <span className="w-full truncate text-gray-10">
                    {column.name === target ? <b className="font-[600] text-accent-text">target · </b> : null}
                    {index === images?.column ? 'image' : column.type}
                  </span>
                  {column.missing ? (
                    <span className="w-full truncate text-warning-text">
                      {share(column.missing, preview.rows_read)} missing
                    </span>
                  ) : null}
                </button>
              );
            })}
          </div>
          {rows.map((row, at) => (
            <div
              key={at}
              className="absolute w-full border-gray-4 border-b"
              style={{ top: 62 + at * ROW, height: ROW }}
            >
              {shown.map(({ index, start }) => {
                const value = row[index];
                const image = index === images?.column ? images.of(String(value)) : undefined;
                return (
                  <span
                    key={index}
                    style={{ left: start, width: WIDTH, height: ROW }}
                    className={cn(
                      'mono absolute truncate px-2 py-[5px]',
                      numeric(index) && 'text-right',
                      state(columns[index]?.name ?? ''),
                    )}
                  >
                    {image && (
                      <ChosenImage image={image} className="-my-1 mr-1.5 inline-block size-6 align-middle" />
                    )}
                    {value === null || value === undefined ? <span className="text-gray-8">·</span> : value}
                  </span>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function share(part: number, whole: number): string {
  const percent = (part / Math.max(1, whole)) * 100;
  return percent < 1 ? '<1 %' : `${percent.toFixed(0)} %`;
}

const delimiterWords = (delimiter: string | null | undefined) =>
  delimiter ? `separated by ${delimiter}s` : 'delimited text';
