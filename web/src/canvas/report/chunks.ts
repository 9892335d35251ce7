/** A heading of a report, with the line it stands on, from 1. */
export interface Heading {
  line: number;
  level: number;
  text: string;
}

/** A part of a report that can be rendered by itself. `line` is the number of its first line, from 1. */
export interface Chunk {
  line: number;
  text: string;
}

export interface CutReport {
  chunks: Chunk[];
  headings: Heading[];
  /** Characters of the whole, and of what the chunks hold. */
  length: number;
  shown: number;
}

/** A report up to this length is rendered in one go, so that links between its parts work. */
const WHOLE = 40_000;
/** A chunk of a longer one; some 10 ms of rendering. */
const CHUNK = 8_000;
/** No one reads on past this; the file can be downloaded. */
const MOST = 1_000_000;
/** A line longer than this is no prose, and would hang a Markdown parser. */
const LONGEST_LINE = 20_000;
const MOST_HEADINGS = 400;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$/;

/** Cuts a report at blank lines outside of code, and lists its headings. */
export function cutReport(markdown: string): CutReport {
  const text = markdown.length > MOST ? markdown.slice(0, lastLineEnd(markdown, MOST)) : markdown;
  const whole = text.length <= WHOLE;
  const chunks: Chunk[] = [];
  const headings: Heading[] = [];
  let fence = '';
  let start = 0;
  let startLine = 1;
  let line = 0;
  const parts: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    line++;
    let content = text.slice(at, end);
    if (content.length > LONGEST_LINE) content = `${content.slice(0, LONGEST_LINE)}…`;
    const mark = FENCE.exec(content)?.[1];
    if (fence) {
      if (mark && mark[0] === fence[0] && mark.length >= fence.length && content.trim() === mark) fence = '';
    } else if (mark) fence = mark;
    else {
      const heading = HEADING.exec(content);
      if (heading && headings.length < MOST_HEADINGS)
        headings.push({ line, level: heading[1]?.length ?? 1, text: plainText(heading[2] ?? '') });
    }
    // A fence that is never closed must not make one endless chunk.
    const due = end - start > CHUNK && ((!fence && content.trim() === '') || end - start > 4 * CHUNK);
    parts.push(content);
    at = end + 1;
    if (!whole && due) {
      chunks.push({ line: startLine, text: parts.join('\n') });
      parts.length = 0;
      start = at;
      startLine = line + 1;
    }
    if (newline < 0) break;
  }
  if (parts.length > 0 && (chunks.length === 0 || parts.join('').trim() !== ''))
    chunks.push({ line: startLine, text: parts.join('\n') });
  return { chunks, headings, length: markdown.length, shown: text.length };
}

function lastLineEnd(text: string, before: number): number {
  const end = text.lastIndexOf('\n', before);
  return end > 0 ? end : before;
}

/** A heading's words without their marks. */
function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__|`|\*)/g, '')
    .trim();
}

/** The index of the chunk that holds a line. */
export function chunkOf(chunks: readonly Chunk[], line: number): number {
  let low = 0;
  for (let index = 0; index < chunks.length; index++) {
    if ((chunks[index]?.line ?? 0) <= line) low = index;
    else break;
  }
  return low;
}
