import { Maximize2 } from 'lucide-react';
import { useCallback, useState } from 'react';
import { formatCount } from '@/lib/format';
import { Button } from '@/ui/button';
import { CodeLineView, Python, usePythonLines } from '@/ui/code';
import { Dialog } from '@/ui/dialog';
import { LineViewer } from '@/ui/line-viewer';

const IN_PLACE = 48;
const SHOWN = 24;

/** A script, in place when it is short. */
export function StepCode({ code, title }: { code: string; title: string }) {
  const [open, setOpen] = useState(false);
  const lines = code.trimEnd().split('\n');
  const cut = lines.length > IN_PLACE;
  return (
    <>
      <div className="overflow-x-auto py-2 pr-3" tabIndex={0} role="region" aria-label="Script">
        <Python code={cut ? lines.slice(0, SHOWN).join('\n') : lines.join('\n')} />
        {cut && (
          <div className="sticky left-0 pt-1.5 pl-9">
            <Button size="small" onClick={() => setOpen(true)}>
              <Maximize2 size={12} /> Show all {formatCount(lines.length)} lines
            </Button>
          </div>
        )}
      </div>
      {open && <CodeDialog code={code} title={title} onClose={() => setOpen(false)} />}
    </>
  );
}

function CodeDialog({ code, title, onClose }: { code: string; title: string; onClose: () => void }) {
  const lines = usePythonLines(code.trimEnd());
  const text = useCallback(
    (index: number) => lines[index]?.map((token) => token.content).join('') ?? '',
    [lines],
  );
  return (
    <Dialog open onOpenChange={onClose} title={title} description="The script" wide>
      <LineViewer
        count={lines.length}
        label="the script"
        text={text}
        line={(index) => <CodeLineView line={lines[index] ?? []} number={index + 1} />}
      />
    </Dialog>
  );
}
