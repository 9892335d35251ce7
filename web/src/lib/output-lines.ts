import type { OutputChunk } from '@/live/output';

export interface OutputLine {
  text: string;
  stream: OutputChunk['stream'];
}

// What terminals take as colours and movements.
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** A progress bar writes one line over and over: what stands at the end is what it says. */
const lastState = (line: string) => {
  const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
  return plain.slice(plain.lastIndexOf('\r') + 1);
};

/** Lines as a terminal would show them; a change of stream within a line begins a new one. */
export function outputLines(chunks: readonly OutputChunk[]): OutputLine[] {
  const lines: OutputLine[] = [];
  let open = null as OutputLine | null;
  for (const { stream, text } of chunks) {
    const parts = text.split('\n');
    for (const [index, part] of parts.entries()) {
      if (open && open.stream !== stream) {
        lines.push(open);
        open = null;
      }
      if (index < parts.length - 1) {
        lines.push({ stream, text: (open?.text ?? '') + part });
        open = null;
      } else if (part) open = { stream, text: (open?.text ?? '') + part };
    }
  }
  if (open) lines.push(open);
  for (const line of lines) line.text = lastState(line.text.replace(ESCAPES, ''));
  return lines;
}

/** The last `count` lines, without looking at the ones before. */
export function lastLines(chunks: readonly OutputChunk[], count: number): OutputLine[] {
  let newlines = 0;
  let from = chunks.length;
  while (from > 0 && newlines <= count) {
    from--;
    newlines += (chunks[from]?.text.match(/\n/g) ?? []).length;
  }
  return outputLines(chunks.slice(from)).slice(-count);
}

/** The line that says what went wrong: the last of a traceback, else the last that is not empty. */
export function errorLine(text: string): string {
  const lines = text
    .replace(ESCAPES, '')
    .split('\n')
    .map((line) => line.trim());
  const named = lines.findLast((line) =>
    /^[\w.]*(?:Error|Exception|Interrupt|Exit|Warning)\b(?::|$)/.test(line),
  );
  return named ?? lines.findLast((line) => line !== '') ?? '';
}
