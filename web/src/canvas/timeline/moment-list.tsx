import { useVirtualizer } from '@tanstack/react-virtual';
import {
  CircleHelp,
  CircleUserRound,
  FileText,
  Flag,
  type LucideIcon,
  MessageSquare,
  Play,
  ShieldCheck,
  Terminal,
  TriangleAlert,
} from 'lucide-react';
import { useEffect, useRef } from 'react';
import { placeOf, rememberPlace } from '@/canvas/lib/place';
import { Sentence } from '@/canvas/parts/sentence';
import { cn } from '@/lib/cn';
import { formatClock, formatDuration, formatElapsed, formatTime } from '@/lib/format';
import { describe } from './gantt';
import type { Moment, MomentKind } from './moments';

const ROW = 28;

const ICONS: Readonly<Record<MomentKind, LucideIcon>> = {
  stage: Play,
  step: Terminal,
  message: MessageSquare,
  user: CircleUserRound,
  check: ShieldCheck,
  report: Flag,
  question: CircleHelp,
  notice: TriangleAlert,
  file: FileText,
};

const TONES: Readonly<Record<Moment['meaning'], string>> = {
  none: 'text-gray-9',
  running: 'text-accent-text',
  done: 'text-done-text',
  warning: 'text-warning-text',
  failed: 'text-failed-text',
};

/** Everything that happened, one line each. */
export function MomentList({
  moments,
  marked,
  now,
  onOpen,
  onMark,
  place,
}: {
  moments: readonly Moment[];
  marked: string | null;
  now: number;
  onOpen: (moment: Moment) => void;
  onMark: (id: string | null) => void;
  place: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const pointer = useRef(false);
  const virtual = useVirtualizer({
    count: moments.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 16,
    initialOffset: placeOf(place),
    paddingStart: 4,
    paddingEnd: 16,
  });
  // What is pointed at in the picture is shown in the list; what is pointed at in the list stays where it is.
  useEffect(() => {
    if (pointer.current || marked === null) return;
    const index = moments.findIndex((moment) => moment.id === marked);
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
  }, [marked, moments, virtual]);
  return (
    <div
      ref={frame}
      onPointerEnter={() => {
        pointer.current = true;
      }}
      onPointerLeave={() => {
        pointer.current = false;
      }}
      onScroll={(event) =>
        event.currentTarget.clientHeight > 0 && rememberPlace(place, event.currentTarget.scrollTop)
      }
      className="h-full overflow-y-auto overscroll-contain"
    >
      <ol className="relative" aria-label="What happened" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const moment = moments[index];
          if (!moment) return null;
          const Icon = ICONS[moment.kind];
          const stage = moment.kind === 'stage';
          return (
            <li
              key={`${moment.kind}-${moment.id}`}
              className="absolute inset-x-1.5"
              style={{ top: start, height: ROW }}
            >
              <button
                type="button"
                onClick={() => onOpen(moment)}
                onFocus={() => onMark(moment.id)}
                onPointerEnter={() => onMark(moment.id)}
                className={cn(
                  'flex h-full w-full items-center gap-2.5 rounded-sm px-2 text-left',
                  moment.id === marked && 'bg-gray-3',
                )}
              >
                <time
                  dateTime={new Date(moment.from).toISOString()}
                  title={formatTime(moment.from)}
                  className="number w-[58px] shrink-0 text-gray-10 text-small"
                >
                  {formatClock(moment.from)}
                </time>
                <Icon
                  size={14}
                  strokeWidth={1.75}
                  aria-hidden
                  className={cn('shrink-0', TONES[moment.meaning])}
                />
                <span
                  className={cn(
                    'min-w-0 grow truncate',
                    stage && 'font-[570]',
                    moment.kind === 'file' && 'mono text-[12px] text-gray-11',
                    moment.kind === 'message' && 'text-gray-11',
                    moment.meaning === 'failed' && 'text-failed-text',
                  )}
                >
                  <Sentence text={describe(moment)} />
                </span>
                <span className="number shrink-0 text-gray-10 text-small">
                  {moment.to === null
                    ? formatElapsed((now - moment.from) / 1000)
                    : moment.to > moment.from && formatDuration((moment.to - moment.from) / 1000)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
