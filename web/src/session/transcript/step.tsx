import { Check, ChevronRight, FileText, Image, Pencil, Table2, X } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import { useNow } from '@/lib/clock';
import { cn } from '@/lib/cn';
import { formatBytes, formatDuration, formatElapsed } from '@/lib/format';
import { errorLine } from '@/lib/output-lines';
import { part } from '@/lib/part';
import { outcomeWords } from '@/lib/words';
import type { FileView, StepItem } from '@/live/view';
import { useStudio } from '@/session/context';
import { StatusDot } from '@/ui/badge';
import { Button } from '@/ui/button';
import { StepCode } from './step-code';
import { LiveOutput, StepOutput } from './step-output';

const RunDialog = part(() => import('./run-dialog'));

/** One call of a tool: a line when closed; script and output when open. */
export function Step({ step, open, onToggle }: { step: StepItem; open: boolean; onToggle: () => void }) {
  const [editing, setEditing] = useState(false);
  const failure = step.status === 'failed' ? failureOf(step) : null;
  return (
    <div
      className={cn(
        'overflow-hidden rounded-md border bg-surface',
        step.status === 'failed' && 'border-failed/40',
        step.status === 'running' && 'border-accent-line',
      )}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="flex h-8 w-full min-w-0 items-center gap-2 pr-2.5 pl-1.5 text-left focus-visible:outline-offset-[-2px] hover:bg-gray-2"
      >
        <ChevronRight
          size={14}
          className={cn('shrink-0 text-gray-9 transition-transform duration-120', open && 'rotate-90')}
        />
        <span className="min-w-0 grow truncate">{step.title}</span>
        <Took step={step} />
        <Outcome step={step} />
      </button>
      {failure && !open && (
        <p className="mono truncate px-3 pb-2 pl-[30px] text-[12px] text-failed-text">{failure}</p>
      )}
      {step.status === 'running' && !open && <LiveOutput step={step} />}
      {open && (
        <div className="border-t">
          {step.code !== null && <StepCode code={step.code} title={step.title} />}
          <div className={cn(step.code !== null && 'border-t')}>
            <StepOutput step={step} />
          </div>
          <Facts step={step} onEdit={step.code !== null ? () => setEditing(true) : null} />
        </div>
      )}
      {step.files.length > 0 && <Files files={step.files} />}
      {editing && (
        <Suspense>
          <RunDialog code={step.code ?? ''} title={step.title} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </div>
  );
}

function failureOf(step: StepItem): string {
  const line = errorLine(step.output.isEmpty ? (step.result ?? '') : step.output.text());
  const words = outcomeWords(step.outcome);
  return step.outcome && step.outcome !== 'error'
    ? `${words}${line ? `: ${line}` : ''}`
    : line || words || 'failed';
}

function Took({ step }: { step: StepItem }) {
  const running = step.status === 'running';
  const now = useNow(running);
  if (running)
    return (
      <span className="number shrink-0 text-accent-text text-small">
        {formatElapsed((now - new Date(step.at).getTime()) / 1000)}
      </span>
    );
  const seconds =
    step.wallSeconds ??
    (step.endedAt ? (new Date(step.endedAt).getTime() - new Date(step.at).getTime()) / 1000 : null);
  return (
    <span className="number shrink-0 text-gray-10 text-small">
      {seconds === null ? '' : formatDuration(seconds)}
    </span>
  );
}

function Outcome({ step }: { step: StepItem }) {
  if (step.status === 'running') return <StatusDot meaning="running" label="running" className="mx-1" />;
  if (step.status === 'ok')
    return (
      <span className="shrink-0 text-done">
        <Check size={15} aria-label="done" />
      </span>
    );
  return (
    <span className="shrink-0 text-failed">
      <X size={15} aria-label={outcomeWords(step.outcome) || 'failed'} />
    </span>
  );
}

function Facts({ step, onEdit }: { step: StepItem; onEdit: (() => void) | null }) {
  const facts: ReactNode[] = [];
  if (step.cpuSeconds !== null) facts.push(`${formatDuration(step.cpuSeconds)} CPU`);
  if (step.peakMemoryBytes !== null) facts.push(`${formatBytes(step.peakMemoryBytes)} memory`);
  if (step.outcome && step.outcome !== 'ok') facts.push(outcomeWords(step.outcome));
  if (facts.length === 0 && !onEdit) return null;
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1 border-t px-3 py-1 text-gray-10 text-small">
      {facts.map((fact) => (
        <span key={String(fact)} className="number">
          {fact}
        </span>
      ))}
      {step.script && <code className="min-w-0 truncate text-[11.5px]">{step.script.split('/').at(-1)}</code>}
      {onEdit && (
        <Button look="ghost" size="small" className="-mr-1.5 ml-auto" onClick={onEdit}>
          <Pencil size={12} /> Edit and run
        </Button>
      )}
    </div>
  );
}

/** So many are named; the rest is a number. */
const NAMED = 4;

function Files({ files }: { files: readonly FileView[] }) {
  const { show } = useStudio();
  const [all, setAll] = useState(false);
  const shown = all ? files : files.slice(0, NAMED);
  return (
    <ul
      className="flex flex-wrap items-center gap-x-1 gap-y-0.5 border-t px-2 py-1"
      aria-label="Files it made"
    >
      {shown.map((file) => (
        <li key={file.path} className="min-w-0">
          <button
            type="button"
            onClick={() => show({ tab: 'files', path: file.path })}
            className="flex h-6 max-w-full items-center gap-1.5 rounded-sm px-1.5 text-gray-11 text-small hover:bg-gray-4 hover:text-gray-12"
          >
            <FileIcon name={file.name} />
            <span className="truncate">{file.name}</span>
          </button>
        </li>
      ))}
      {files.length > NAMED && (
        <li>
          <button
            type="button"
            aria-expanded={all}
            onClick={() => setAll(!all)}
            className="h-6 rounded-sm px-1.5 text-gray-10 text-small hover:bg-gray-4 hover:text-gray-12"
          >
            {all ? 'fewer' : `${files.length - NAMED} more`}
          </button>
        </li>
      )}
    </ul>
  );
}

export function FileIcon({ name }: { name: string }) {
  const Icon = /\.(png|jpe?g|gif|svg|webp)$/i.test(name)
    ? Image
    : /\.(csv|parquet|tsv)$/i.test(name)
      ? Table2
      : FileText;
  return <Icon size={13} className="shrink-0 text-gray-9" aria-hidden />;
}
