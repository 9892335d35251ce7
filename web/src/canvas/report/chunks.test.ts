import { describe, expect, it } from 'vitest';
import { chunkOf, cutReport } from './chunks';

describe('cutting a report', () => {
  it('leaves a report of usual length whole', () => {
    const { chunks, headings } = cutReport('# One\n\ntext\n\n## Two `x`\n\nmore');
    expect(chunks).toHaveLength(1);
    expect(headings).toEqual([
      { line: 1, level: 1, text: 'One' },
      { line: 5, level: 2, text: 'Two x' },
    ]);
  });

  it('takes no comment of a code block for a heading', () => {
    const { headings } = cutReport('```python\n# not a heading\n```\n\n# A heading\n');
    expect(headings.map((heading) => heading.text)).toEqual(['A heading']);
  });

  it('cuts a long one at blank lines, and loses nothing', () => {
    const markdown = Array.from(
      { length: 3000 },
      (_, n) => `## Part ${n}\n\nSome words about part ${n}.\n`,
    ).join('\n');
    const { chunks } = cutReport(markdown);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.map((chunk) => chunk.text).join('\n')).toBe(markdown);
    for (const chunk of chunks.slice(0, -1)) expect(chunk.text.endsWith('\n')).toBe(true);
  });

  it('cuts no code block in two', () => {
    const code = `\`\`\`\n${'line\n\n'.repeat(4000)}\`\`\``;
    const { chunks } = cutReport(`${'word\n\n'.repeat(8000)}${code}\n\nend`);
    const opening = chunks.filter((chunk) => (chunk.text.match(/```/g)?.length ?? 0) % 2 === 1);
    expect(opening).toEqual([]);
  });

  it('shows the first million characters of twenty, and says how much there is', () => {
    const markdown = 'A sentence of a very long report.\n\n'.repeat(600_000);
    const before = performance.now();
    const { shown, length } = cutReport(markdown);
    expect(length).toBe(markdown.length);
    expect(shown).toBeLessThanOrEqual(1_000_000);
    expect(performance.now() - before).toBeLessThan(1500);
  });

  it('finds the chunk of a line', () => {
    const chunks = [
      { line: 1, text: '' },
      { line: 10, text: '' },
      { line: 20, text: '' },
    ];
    expect([1, 9, 10, 25].map((line) => chunkOf(chunks, line))).toEqual([0, 0, 1, 2]);
  });
});
