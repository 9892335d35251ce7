import { python } from '@codemirror/lang-python';
import CodeMirror, { EditorView } from '@uiw/react-codemirror';
import { Play, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { problemOf } from '@/api/problem';
import type { ExecEnded, ExecOutput } from '@/api/schema';
import { useTheme } from '@/app/theme';
import { cn } from '@/lib/cn';
import { formatBytes, formatDuration } from '@/lib/format';
import { nonce } from '@/lib/nonce';
import { outputLines } from '@/lib/output-lines';
import type { OutputChunk } from '@/live/output';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

const EXTENSIONS = [
  python(),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': 'Script' }),
  // Its style elements need the page's.
  EditorView.cspNonce.of(nonce() ?? ''),
];
/** So many of the last lines are drawn. */
const SHOWN = 400;

/** Edits a script and runs it in the session's sandbox, beside the agent's own work. */
export default function RunDialog({
  code,
  title,
  onClose,
}: {
  code: string;
  title: string;
  onClose: () => void;
}) {
  const { store } = useStudio();
  const theme = useTheme();
  const [text, setText] = useState(code);
  const [run, setRun] = useState<{
    chunks: OutputChunk[];
    end: ExecEnded | null;
    error: string | null;
  } | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const running = run !== null && run.end === null && run.error === null;

  const start = async () => {
    const control = new AbortController();
    abort.current = control;
    const chunks: OutputChunk[] = [];
    setRun({ chunks, end: null, error: null });
    try {
      for await (const line of runScript(store.id, text, control.signal)) {
        if (line.type === 'end') setRun({ chunks: [...chunks], end: line as ExecEnded, error: null });
        else {
          const { stream, text: written } = line as ExecOutput;
          if (stream === 'record') continue;
          chunks.push({ stream: stream === 'stderr' ? 'stderr' : 'stdout', text: written });
          setRun({ chunks: [...chunks], end: null, error: null });
        }
      }
    } catch (error) {
      const message = control.signal.aborted
        ? 'Stopped.'
        : error instanceof Error
          ? error.message
          : String(error);
      setRun({ chunks: [...chunks], end: null, error: message });
    }
  };
  const lines = run ? outputLines(run.chunks) : [];

  return (
    <Dialog
      open
      onOpenChange={onClose}
      wide
      title={title}
      description="Runs in the session's sandbox, in its folder. What it writes there stays; the agent is not told."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {running ? (
            <Button onClick={() => abort.current?.abort()}>
              <Square size={12} className="fill-current" /> Stop
            </Button>
          ) : (
            <Button look="primary" disabled={!text.trim()} onClick={() => void start()}>
              <Play size={13} /> Run
            </Button>
          )}
        </>
      }
    >
      <CodeMirror
        value={text}
        onChange={setText}
        height="34vh"
        theme={theme}
        extensions={EXTENSIONS}
        className="overflow-hidden rounded-md border text-[12px]"
      />
      {run && (
        <div
          role="log"
          aria-label="Output"
          className="mono mt-3 max-h-[26vh] min-h-16 overflow-auto rounded-md border bg-gray-2 px-3 py-2 text-[12px] leading-[18px]"
        >
          {lines.slice(-SHOWN).map((line, index) => (
            <div
              key={index}
              className={cn('min-h-[18px] whitespace-pre', line.stream === 'stderr' && 'text-warning-text')}
            >
              {line.text}
            </div>
          ))}
          {run.error && <p className="font-sans text-failed-text">{run.error}</p>}
          {run.end && (
            <p className={cn('font-sans', run.end.outcome === 'ok' ? 'text-done-text' : 'text-failed-text')}>
              {run.end.outcome === 'ok'
                ? `Done after ${formatDuration(run.end.wall_seconds)}.`
                : run.end.sentence}{' '}
              {formatBytes(run.end.peak_memory_bytes)} memory. Kept as <code>{run.end.script_path}</code>.
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}

async function* runScript(
  session: string,
  code: string,
  signal: AbortSignal,
): AsyncGenerator<ExecOutput | ExecEnded> {
  const response = await fetch(`/api/sessions/${session}/exec`, {
    method: 'POST',
    body: code,
    signal,
    headers: { 'Content-Type': 'text/x-python' },
  });
  if (!response.ok || !response.body) throw await problemOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
