import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '@/app/shortcuts';
import { formatOf } from '@/lib/format';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { CheckLine, Notice, Report, Text, User } from './items';
import { MessageBox } from './message-box';
import { Question } from './question';
import { type Row, rowsOf } from './rows';
import { StageRow } from './stage-row';
import { Step } from './step';
import { Welcome } from './welcome';

/** Nearer to the end than this counts as being there. */
const NEAR = 40;
/** What a row is taken for until it is measured: one line. With too much for it, rows to fill the page come in a second drawing. */
const ROW = 35;

/** The left half of the studio: what the agent says and does, and what is said to it. */
export function Transcript() {
  const { store } = useStudio();
  const isEmpty = useView(store, (view) => view.items.length === 0);
  if (!isEmpty) return <Log />;
  return (
    <div className="flex h-full flex-col">
      <Welcome />
      <MessageBox />
    </div>
  );
}

function Log() {
  const { store, search } = useStudio();
  const items = useView(store, (view) => view.items);
  const runs = useView(store, (view) => view.runs);
  const frame = useRef<HTMLDivElement>(null);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => setToggled((now) => flipped(now, id)), []);

  // A run that is out of date begins folded; everything else open.
  const rows = useMemo(
    () => rowsOf(items, runs, (item, run) => (run?.stale ?? false) !== toggled.has(item.id)),
    [items, runs, toggled],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    // It begins at its end: to draw the beginning of a long log first, and to come to its end in steps, takes many times as long.
    initialOffset: () => Math.max(0, rows.length * ROW - window.innerHeight),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    paddingStart: 8,
    paddingEnd: 12,
  });

  // Who reads the end stays there; who scrolled up is left alone and told that there is more.
  const atEnd = useRef(true);
  const [below, setBelow] = useState(0);
  const seen = useRef(rows.length);
  const size = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the size is what changed
  useLayoutEffect(() => {
    const element = frame.current;
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [size]);
  useEffect(() => {
    if (atEnd.current) {
      seen.current = rows.length;
      setBelow(0);
    } else setBelow(Math.max(0, rows.length - seen.current));
  }, [rows.length]);
  const onScroll = () => {
    const element = frame.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    if (!atEnd.current) return;
    seen.current = rows.length;
    setBelow(0);
  };
  const toEnd = useCallback(() => {
    atEnd.current = true;
    setBelow(0);
    virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [virtual, rows.length]);

  // A link to an item leads there once it is known.
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (!search.at || shown.current === search.at) return;
    const index = rows.findIndex((row) => row.id === search.at);
    if (index < 0) return;
    shown.current = search.at;
    atEnd.current = false;
    virtual.scrollToIndex(index, { align: 'start' });
  }, [search.at, rows, virtual]);

  useKeys(
    useMemo(() => {
      const move = (by: number) => {
        const now = virtual.getVirtualIndexes().find((index) => {
          const item = virtual.getVirtualItems().find((one) => one.index === index);
          return item && item.start >= (frame.current?.scrollTop ?? 0) - 2;
        });
        if (now === undefined) return;
        for (let index = now + by; index >= 0 && index < rows.length; index += by) {
          const row = rows[index];
          if (row?.kind === 'stage' || row?.item.kind === 'step') {
            atEnd.current = false;
            virtual.scrollToIndex(index, { align: 'start' });
            return;
          }
        }
      };
      return { j: () => move(1), k: () => move(-1), e: toEnd };
    }, [rows, virtual, toEnd]),
  );

  return (
    <section aria-label="Transcript" className="relative flex h-full flex-col">
      <div
        ref={frame}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="What the agent says and does"
        className="min-h-0 grow overflow-y-auto [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
      >
        <div className="relative mx-auto w-full max-w-[860px]" style={{ height: size }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="absolute inset-x-0 top-0 px-3 py-[3px]"
                style={{ transform: `translateY(${start}px)` }}
              >
                <RowView row={row} open={toggled.has(row.id)} toggle={toggle} />
              </div>
            );
          })}
        </div>
      </div>
      {below > 0 && (
        <div className="pointer-events-none absolute inset-x-0 bottom-[92px] flex justify-center">
          <Button
            look="primary"
            className="pointer-events-auto animate-appear rounded-full shadow-raised"
            onClick={toEnd}
          >
            <ArrowDown size={13} /> {formatOf(below, 'new below', 'new below')}
          </Button>
        </div>
      )}
      <MessageBox />
    </section>
  );
}

interface RowProps {
  row: Row;
  open: boolean;
  toggle: (id: string) => void;
}

const RowView = memo(function RowView({ row, open, toggle }: RowProps) {
  if (row.kind === 'stage')
    return <StageRow item={row.item} run={row.run} folded={row.folded} onToggle={() => toggle(row.id)} />;
  const { item } = row;
  switch (item.kind) {
    case 'text':
      return <Text item={item} />;
    case 'user':
      return <User item={item} />;
    case 'step':
      return <Step step={item} open={open} onToggle={() => toggle(row.id)} />;
    case 'notice':
      return <Notice item={item} />;
    case 'check':
      return <CheckLine item={item} />;
    case 'report':
      return <Report item={item} />;
    case 'question':
      return <Question item={item} />;
    default:
      return null;
  }
}, isSame);

/** Rows are made anew when any of them changes; what one shows is in its item. */
function isSame({ row: one, open: before }: RowProps, { row: other, open: after }: RowProps): boolean {
  return (
    before === after &&
    one.item === other.item &&
    (one.kind !== 'stage' || other.kind !== 'stage' || (one.run === other.run && one.folded === other.folded))
  );
}

function flipped(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
