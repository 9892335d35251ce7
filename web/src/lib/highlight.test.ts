import { expect, it } from 'vitest';
import { type CodeLine, highlightPython } from './highlight';

/** The lines at the end of the colouring. */
function colored(code: string): Promise<CodeLine[]> {
  const count = code.split('\n').length;
  return new Promise((resolve) => {
    const stop = highlightPython(code, (lines) => {
      if (lines.length < count) return;
      stop();
      resolve(lines);
    });
  });
}

const text = (line: CodeLine | undefined) => line?.map((token) => token.content).join('');
const colorOf = (line: CodeLine | undefined, content: string) =>
  line?.find((token) => token.content === content)?.color;

it('colours what Python means, and changes no character', async () => {
  const code = '# Count\nfor row in range(3):\n    print(f"row {row}")\n\nlast = """two\nlines"""';
  const lines = await colored(code);
  expect(lines.map(text).join('\n')).toBe(code);
  expect(colorOf(lines[0], '# Count')).toBe('var(--code-token-comment)');
  expect(colorOf(lines[1], 'for')).toBe('var(--code-token-keyword)');
  expect(colorOf(lines[1], '3')).toBe('var(--code-token-constant)');
  expect(colorOf(lines[2], 'print')).toBe('var(--code-token-function)');
  expect(colorOf(lines[5], 'lines"""')).toBe('var(--code-token-string)');
});

it('keeps lines and their numbers over many slices', async () => {
  const code = Array.from({ length: 1_234 }, (_, index) => `value_${index} = ${index}`).join('\n');
  const lines = await colored(code);
  expect(lines).toHaveLength(1_234);
  expect(text(lines[1_000])).toBe('value_1000 = 1000');
});

it('survives what is no Python', async () => {
  const code = 'def (:\n  ((( "never closed\n\t\u0000 ???';
  expect((await colored(code)).map(text).join('\n')).toBe(code);
});
