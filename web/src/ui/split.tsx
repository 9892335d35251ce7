import { type ReactNode, useCallback, useRef, useState } from 'react';
import { readStored, store } from '@/lib/storage';

const STEP = 2;
const isShare = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 100;

/** Two panes side by side with a border that is dragged or moved with the arrow keys; where it is stays remembered. */
export function Split({
  name,
  left,
  right,
  initial = 45,
  min = 25,
  max = 75,
}: {
  /** What it is remembered by. */
  name: string;
  left: ReactNode;
  right: ReactNode;
  /** The left pane's share in percent. */
  initial?: number;
  min?: number;
  max?: number;
}) {
  const [share, setShare] = useState(() => readStored(`split.${name}`, initial, isShare));
  const frame = useRef<HTMLDivElement>(null);
  const move = useCallback(
    (to: number) => {
      const bounded = Math.min(max, Math.max(min, to));
      setShare(bounded);
      store(`split.${name}`, bounded);
    },
    [max, min, name],
  );
  return (
    <div ref={frame} className="flex h-full min-h-0">
      <div className="min-w-0 shrink-0 overflow-hidden" style={{ width: `${share}%` }}>
        {left}
      </div>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Resize the panes"
        aria-valuenow={Math.round(share)}
        aria-valuemin={min}
        aria-valuemax={max}
        tabIndex={0}
        className="-mx-1 group relative z-10 w-[9px] shrink-0 cursor-col-resize touch-none outline-none"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId) || !frame.current) return;
          const { left: from, width } = frame.current.getBoundingClientRect();
          move(((event.clientX - from) / width) * 100);
        }}
        onDoubleClick={() => move(initial)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') move(share - STEP);
          else if (event.key === 'ArrowRight') move(share + STEP);
          else if (event.key === 'Home') move(initial);
          else return;
          event.preventDefault();
        }}
      >
        <div className="mx-auto h-full w-px bg-gray-5 transition-colors duration-120 group-hover:bg-accent group-focus-visible:w-0.5 group-focus-visible:bg-accent" />
      </div>
      <div className="min-w-0 grow overflow-hidden">{right}</div>
    </div>
  );
}
