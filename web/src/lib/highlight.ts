import type { Highlighter } from '@lezer/highlight';
import type { LRParser } from '@lezer/lr';
import { untilLoaded } from './part';

export interface CodeToken {
  content: string;
  color?: string;
}

export type CodeLine = readonly CodeToken[];

interface Reader {
  parser: LRParser;
  highlighter: Highlighter;
  highlightCode: typeof import('@lezer/highlight').highlightCode;
}

let reader: Promise<Reader> | undefined;

/** The parser that the editor uses too, loaded on first use. */
async function load(): Promise<Reader> {
  const [{ highlightCode, tagHighlighter, tags }, { parser }] = await untilLoaded(() =>
    Promise.all([import('@lezer/highlight'), import('@lezer/python')]),
  );
  // A class is the end of the name of a colour in styles/tokens.css.
  const highlighter = tagHighlighter([
    {
      tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword],
      class: 'keyword',
    },
    { tag: [tags.string, tags.special(tags.string)], class: 'string' },
    { tag: [tags.number, tags.bool, tags.null, tags.self], class: 'constant' },
    { tag: tags.comment, class: 'comment' },
    {
      tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.className, tags.meta],
      class: 'function',
    },
    { tag: tags.operator, class: 'punctuation' },
  ]);
  return { parser: parser as LRParser, highlighter, highlightCode };
}

/** How long others wait for their turn at most. */
const SLICE_MS = 8;
/** How many lines are handed over at once. */
const SLICE_LINES = 200;

const othersTurn = () => new Promise((resume) => setTimeout(resume));

/** Colours Python from the top on, and hands over what it has after each slice; returns what stops it. */
export function highlightPython(code: string, onLines: (lines: CodeLine[]) => void): () => void {
  let stopped = false;
  reader ??= load();
  void reader.then(async ({ parser, highlighter, highlightCode }) => {
    const parse = parser.startParse(code);
    let since = performance.now();
    let tree = parse.advance();
    while (!tree && !stopped) {
      if (performance.now() - since > SLICE_MS) {
        await othersTurn();
        since = performance.now();
      }
      tree = parse.advance();
    }
    const lines: CodeToken[][] = [[]];
    for (let from = 0; tree && from < code.length && !stopped; ) {
      const to = endOfLines(code, from, SLICE_LINES);
      highlightCode(
        code,
        tree,
        highlighter,
        (content, name) =>
          lines
            .at(-1)
            ?.push(name ? { content, color: `var(--code-token-${name.split(' ')[0]})` } : { content }),
        () => lines.push([]),
        from,
        to,
      );
      // The last is only begun while there is more.
      onLines(to < code.length ? lines.slice(0, -1) : [...lines]);
      from = to;
      await othersTurn();
    }
  });
  return () => {
    stopped = true;
  };
}

/** Where `count` lines from a place on end, the last one's break included. */
function endOfLines(code: string, from: number, count: number): number {
  let at = from;
  for (let line = 0; line < count && at < code.length; line++) {
    const end = code.indexOf('\n', at);
    at = end < 0 ? code.length : end + 1;
  }
  return at;
}
