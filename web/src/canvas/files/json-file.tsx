import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { cn } from '@/lib/cn';
import { formatOf } from '@/lib/format';
import { Button } from '@/ui/button';
import { type JsonRow, jsonRows } from './json-rows';
import TextFile from './text-file';

const ROW = 22;
const COLORS: Readonly<Record<JsonRow['kind'], string>> = {
  string: 'var(--code-token-string)',
  number: 'var(--code-token-constant)',
  boolean: 'var(--code-token-keyword)',
  null: 'var(--gray-10)',
  object: 'var(--gray-10)',
  array: 'var(--gray-10)',
};

/** A JSON value whose parts open and close. What is no JSON is shown as the text it is. */
export default function JsonFile({ text }: { text: string }) {
  const parsed = useMemo(() => {
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return null;
    }
  }, [text]);
  return parsed ? <JsonTree value={parsed.value} text={text} /> : <TextFile text={text} />;
}

function JsonTree({ value, text }: { value: unknown; text: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [depth, setDepth] = useState(text.length < 6_000 ? 9 : 1);
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [raw, setRaw] = useState(false);
  const isOpen = useCallback((path: string, at: number) => chosen.get(path) ?? at < depth, [chosen, depth]);
  const rows = useMemo(() => jsonRows(value, isOpen), [value, isOpen]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 20,
    paddingStart: 8,
    paddingEnd: 16,
  });
  const all = (to: number) => {
    setDepth(to);
    setChosen(new Map());
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center gap-1 border-b px-2 py-1">
        <Button size="small" look="ghost" disabled={raw} onClick={() => all(99)}>
          Open all
        </Button>
        <Button size="small" look="ghost" disabled={raw} onClick={() => all(1)}>
          Close all
        </Button>
        <Button size="small" look="ghost" aria-pressed={raw} className="ml-auto" onClick={() => setRaw(!raw)}>
          {raw ? 'As a tree' : 'As text'}
        </Button>
      </div>
      {raw ? (
        <div className="min-h-0 grow">
          <TextFile text={text} />
        </div>
      ) : (
        <section
          ref={frame}
          aria-label="JSON"
          tabIndex={0}
          className="mono min-h-0 grow overflow-auto text-[12px]"
        >
          <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const row = rows[index];
              return (
                row && (
                  <div
                    key={row.path}
                    className="absolute left-0 flex w-max min-w-full items-center pr-4 hover:bg-gray-3"
                    style={{ top: start, height: ROW, paddingLeft: row.depth * 16 + 8 }}
                  >
                    <Line row={row} onToggle={() => setChosen(new Map(chosen).set(row.path, !row.open))} />
                  </div>
                )
              );
            })}
          </div>
        </section>
      )}
    </div>
  );
}

function Line({ row, onToggle }: { row: JsonRow; onToggle: () => void }) {
  const key = row.key !== null && <span className="text-gray-11">{row.key}: </span>;
  if (row.value !== null)
    return (
      <span className="whitespace-pre pl-4">
        {key}
        <span style={{ color: COLORS[row.kind] }}>
          {row.value.length > 2_000 ? `${row.value.slice(0, 2_000)}…` : row.value}
        </span>
      </span>
    );
  return (
    <button
      type="button"
      aria-expanded={row.open}
      disabled={row.size === 0}
      onClick={onToggle}
      className="flex items-center whitespace-pre rounded-sm"
    >
      <ChevronRight
        size={12}
        aria-hidden
        className={cn(
          'mr-1 text-gray-9 transition-transform duration-120',
          row.open && 'rotate-90',
          row.size === 0 && 'invisible',
        )}
      />
      {key}
      <span className="text-gray-10">
        {row.kind === 'array' ? '[' : '{'}
        {row.size === 0 ? '' : ` ${formatOf(row.size, row.kind === 'array' ? 'item' : 'key')} `}
        {row.kind === 'array' ? ']' : '}'}
      </span>
    </button>
  );
}
