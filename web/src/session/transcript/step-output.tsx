import { Maximize2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { lastLines, type OutputLine, outputLines } from '@/lib/output-lines';
import type { StepItem } from '@/live/view';
import { Button } from '@/ui/button';
import { OutputDialog } from './output-dialog';

/** So many lines are shown in place; of more, the first and the last. */
const IN_PLACE = 40;
const HEAD = 12;
const TAIL = 16;
const LIVE = 6;

function Lines({ lines }: { lines: readonly OutputLine[] }) {
  return lines.map((line, index) => (
    <div
      key={index}
      className={cn('min-h-[18px] whitespace-pre', line.stream === 'stderr' && 'text-warning-text')}
    >
      {line.text}
    </div>
  ));
}

const frame = 'mono overflow-x-auto px-3 py-2 text-[12px] leading-[18px] text-gray-11';

/** While a step runs: its last lines, in a place of their own that does not grow without end. */
export function LiveOutput({ step }: { step: StepItem }) {
  const lines = useMemo(() => lastLines(step.output.read(), LIVE), [step.output]);
  if (step.output.isEmpty) return null;
  return (
    <div className={cn(frame, 'overflow-x-hidden border-t')} aria-hidden>
      <Lines lines={lines} />
    </div>
  );
}

/** Everything that a step wrote, in place when it is short. */
export function StepOutput({ step }: { step: StepItem }) {
  const [open, setOpen] = useState(false);
  const lines = useMemo(() => {
    if (!step.output.isEmpty) return outputLines(step.output.read());
    return step.result ? outputLines([{ stream: 'stdout', text: step.result }]) : [];
  }, [step.output, step.result]);
  if (lines.length === 0) return <p className="px-3 py-2 text-gray-10 text-small">It wrote nothing.</p>;
  const cut = lines.length > IN_PLACE;
  return (
    <div className="relative">
      <div className={frame} tabIndex={0} role="region" aria-label="Output">
        {cut ? (
          <>
            <Lines lines={lines.slice(0, HEAD)} />
            <div className="sticky left-0 my-1 flex items-center gap-2 font-sans">
              <Button size="small" onClick={() => setOpen(true)}>
                <Maximize2 size={12} /> Show all {formatCount(lines.length)} lines
              </Button>
              <span className="text-gray-10">{formatCount(lines.length - HEAD - TAIL)} lines between</span>
            </div>
            <Lines lines={lines.slice(-TAIL)} />
          </>
        ) : (
          <Lines lines={lines} />
        )}
      </div>
      {open && <OutputDialog step={step} lines={lines} onClose={() => setOpen(false)} />}
    </div>
  );
}
