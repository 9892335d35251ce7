import { Download } from 'lucide-react';
import { useCallback } from 'react';
import { rawUrl } from '@/api/client';
import { cn } from '@/lib/cn';
import type { OutputLine } from '@/lib/output-lines';
import type { StepItem } from '@/live/view';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { LineViewer } from '@/ui/line-viewer';

/** Long output in full. Past what the log keeps of it, the file has the rest. */
export function OutputDialog({
  step,
  lines,
  onClose,
}: {
  step: StepItem;
  lines: readonly OutputLine[];
  onClose: () => void;
}) {
  const text = useCallback((index: number) => lines[index]?.text ?? '', [lines]);
  return (
    <Dialog open onOpenChange={onClose} title={step.title} description="What it wrote" wide>
      <LineViewer
        count={lines.length}
        label="the output"
        text={text}
        line={(index) => {
          const line = lines[index];
          return (
            <div className="flex">
              <span aria-hidden className="number w-14 shrink-0 select-none pr-3 text-right text-gray-9">
                {index + 1}
              </span>
              <span className={cn('whitespace-pre', line?.stream === 'stderr' && 'text-warning-text')}>
                {line?.text}
              </span>
            </div>
          );
        }}
        end={
          step.outputPath && (
            <Button size="small" asChild>
              <a href={rawUrl(step.outputPath, { download: true })}>
                <Download size={12} /> Whole log
              </a>
            </Button>
          )
        }
      />
    </Dialog>
  );
}
