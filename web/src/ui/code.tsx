import { useEffect, useState } from 'react';
import { cn } from '@/lib/cn';
import { type CodeLine, highlightPython } from '@/lib/highlight';

/** Python, plain at once and in colour a moment later. */
export function usePythonLines(code: string): CodeLine[] {
  const [colored, setColored] = useState<{ code: string; lines: CodeLine[] } | null>(null);
  useEffect(() => highlightPython(code, (lines) => setColored({ code, lines })), [code]);
  const plain = code.split('\n');
  const known = colored?.code === code ? colored.lines : [];
  return plain.map((line, index) => known[index] ?? [{ content: line }]);
}

export function CodeLineView({
  line,
  number,
  className,
}: {
  line: CodeLine;
  number?: number;
  className?: string;
}) {
  return (
    <div className={cn('flex', className)}>
      {number !== undefined && (
        <span aria-hidden className="number w-9 shrink-0 select-none pr-3 text-right text-gray-9">
          {number}
        </span>
      )}
      <span className="min-w-0 whitespace-pre">
        {line.map((token, index) => (
          <span key={`${index}-${token.content}`} style={token.color ? { color: token.color } : undefined}>
            {token.content}
          </span>
        ))}
        {line.length === 0 && ' '}
      </span>
    </div>
  );
}

/** Short code; what is longer opens in a viewer that draws only what is in view. */
export function Python({ code, className }: { code: string; className?: string }) {
  const lines = usePythonLines(code);
  return (
    <pre className={cn('mono w-max min-w-full text-[12px] leading-[18px]', className)}>
      {lines.map((line, index) => (
        <CodeLineView key={index} line={line} number={index + 1} />
      ))}
    </pre>
  );
}
