import { useCallback, useMemo } from 'react';
import { LineViewer } from '@/ui/line-viewer';

/** A line longer than this is cut: it would hold up the page, and nobody reads it. */
const LONGEST = 5_000;

/** Text in lines, however many, with a search. */
export default function TextFile({ text }: { text: string }) {
  const lines = useMemo(() => text.replace(/\r?\n$/, '').split(/\r?\n/), [text]);
  const read = useCallback((index: number) => lines[index] ?? '', [lines]);
  return (
    <LineViewer
      fill
      count={lines.length}
      label="the file"
      text={read}
      line={(index) => (
        <div className="flex">
          <span aria-hidden className="number w-14 shrink-0 select-none pr-3 text-right text-gray-9">
            {index + 1}
          </span>
          <span className="whitespace-pre">{cut(lines[index] ?? '')}</span>
        </div>
      )}
    />
  );
}

const cut = (line: string) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);
