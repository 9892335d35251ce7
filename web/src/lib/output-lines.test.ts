import { describe, expect, it } from 'vitest';
import { errorLine, lastLines, outputLines } from './output-lines';

const texts = (...chunks: [stream: 'stdout' | 'stderr', text: string][]) =>
  outputLines(chunks.map(([stream, text]) => ({ stream, text }))).map(
    (line) => `${line.stream[3]} ${line.text}`,
  );

describe('outputLines', () => {
  it('joins lines that came in pieces', () => {
    expect(texts(['stdout', 'a'], ['stdout', 'b\nc'], ['stdout', '\n'])).toEqual(['o ab', 'o c']);
  });
  it('keeps streams apart', () => {
    expect(texts(['stdout', 'a'], ['stderr', 'b\n'], ['stdout', 'c'])).toEqual(['o a', 'e b', 'o c']);
  });
  it('shows a progress bar as it stands, and no colour codes', () => {
    expect(texts(['stdout', '10%\r20%\r\u001b[32m30%\u001b[0m\nplain\r\n'])).toEqual(['o 30%', 'o plain']);
  });
  it('keeps empty lines', () => {
    expect(texts(['stdout', 'a\n\nb\n'])).toEqual(['o a', 'o ', 'o b']);
  });
});

describe('lastLines', () => {
  it('are the last of all lines', () => {
    const chunks = Array.from({ length: 500 }, (_, index) => ({
      stream: 'stdout' as const,
      text: `line ${index}\n`,
    }));
    expect(lastLines(chunks, 3).map((line) => line.text)).toEqual(['line 497', 'line 498', 'line 499']);
    expect(lastLines(chunks.slice(0, 2), 3)).toHaveLength(2);
  });
});

describe('errorLine', () => {
  it('is the exception of a traceback', () => {
    const trace =
      'Traceback (most recent call last):\n  File "x"\n    f()\nValueError: no such column\n\nfiles: none\n';
    expect(errorLine(trace)).toBe('ValueError: no such column');
  });
  it('is the last line of anything else', () =>
    expect(errorLine('error: too long\n\n')).toBe('error: too long'));
});
