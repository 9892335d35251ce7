import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { placeOf, rememberPlace } from '@/canvas/lib/place';
import { cn } from '@/lib/cn';
import { formatBytes, formatCount } from '@/lib/format';
import { FileIcon } from './file-icon';
import type { TreeRow } from './tree';

const ROW = 26;

/** Folders and files, of which those in view are drawn. Arrow keys move, open and close; Enter opens a file. */
export function TreeView({
  rows,
  current,
  sizeOf,
  onToggle,
  onChoose,
  place,
}: {
  rows: readonly TreeRow[];
  current: string | null;
  sizeOf: (path: string) => number | null;
  onToggle: (path: string) => void;
  onChoose: (path: string) => void;
  place: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 16,
    initialOffset: placeOf(place),
    paddingStart: 4,
    paddingEnd: 12,
  });
  const marked = focus ?? current;
  const at = rows.findIndex((row) => row.path === marked);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    // What a link leads to is brought into view once.
    const index = rows.findIndex((row) => row.path === current);
    if (index < 0 || shown.current === current) return;
    shown.current = current;
    virtual.scrollToIndex(index, { align: 'auto' });
  }, [rows, current, virtual]);

  const go = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    setFocus(row.path);
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const row = rows[at];
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at < 0 ? 0 : at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(rows.length - 1);
        break;
      case 'ArrowRight':
        if (row?.folder && !row.open) onToggle(row.path);
        else go(at + 1);
        break;
      case 'ArrowLeft':
        if (row?.folder && row.open) onToggle(row.path);
        else go(rows.findLastIndex((other, index) => index < at && other.depth < (row?.depth ?? 0)));
        break;
      case 'Enter':
      case ' ':
        if (row?.folder) onToggle(row.path);
        else if (row) onChoose(row.path);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div
      ref={frame}
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={at >= 0 ? `file-${at}` : undefined}
      onKeyDown={onKeyDown}
      onFocus={() => setFocus((now) => now ?? current ?? rows[0]?.path ?? null)}
      onScroll={(event) =>
        event.currentTarget.clientHeight > 0 && rememberPlace(place, event.currentTarget.scrollTop)
      }
      className="group/tree h-full overflow-y-auto overscroll-contain outline-none"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
            <div
              key={row.path}
              id={`file-${index}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.depth + 1}
              aria-expanded={row.folder ? row.open : undefined}
              aria-selected={row.path === current}
              title={row.path}
              onClick={() => {
                setFocus(row.path);
                if (row.folder) onToggle(row.path);
                else onChoose(row.path);
              }}
              className={cn(
                'absolute inset-x-1.5 flex cursor-default select-none items-center gap-1.5 rounded-sm pr-2 text-small',
                row.path === current ? 'bg-accent-soft text-accent-text' : 'hover:bg-gray-3',
                row.path === marked &&
                  'group-focus-visible/tree:outline-2 group-focus-visible/tree:outline-accent',
              )}
              style={{ top: start, height: ROW, paddingLeft: row.depth * 14 + 4 }}
            >
              <ChevronRight
                size={12}
                aria-hidden
                className={cn(
                  'shrink-0 text-gray-9 transition-transform duration-120',
                  row.open && 'rotate-90',
                  !row.folder && 'invisible',
                )}
              />
              <FileIcon name={row.name} folder={row.folder} open={row.open} />
              <span className="min-w-0 grow truncate">{row.name}</span>
              <span
                className={cn(
                  'number shrink-0 text-label',
                  row.path === current ? 'text-accent-text' : 'text-gray-9',
                )}
              >
                {row.folder ? row.files !== null && formatCount(row.files) : size(sizeOf(row.path))}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const size = (bytes: number | null) => (bytes === null ? '' : formatBytes(bytes));
