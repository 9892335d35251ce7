import type { GrammarState, HighlighterCore, ThemedToken } from 'shiki/core';
import { untilLoaded } from './part';

export type CodeLine = readonly Pick<ThemedToken, 'content' | 'color'>[];

let highlighter: Promise<HighlighterCore> | undefined;

/** Loads on first use, and without WebAssembly, which the content security policy refuses. */
async function load(): Promise<HighlighterCore> {
  const [{ createHighlighterCore, createCssVariablesTheme }, { createJavaScriptRegexEngine }, python] =
    await untilLoaded(() =>
      Promise.all([
        import('shiki/core'),
        import('shiki/engine/javascript'),
        import('shiki/langs/python.mjs'),
      ]),
    );
  return createHighlighterCore({
    engine: createJavaScriptRegexEngine(),
    langs: [python.default],
    themes: [createCssVariablesTheme({ name: 'studio', variablePrefix: '--code-' })],
  });
}

/** How many lines are coloured before others get their turn. */
const SLICE = 40;

/** Colours Python from the top on, and hands over what it has after each slice; returns what stops it. */
export function highlightPython(code: string, onLines: (lines: CodeLine[]) => void): () => void {
  let stopped = false;
  highlighter ??= load();
  void highlighter.then(async (core) => {
    const source = code.split('\n');
    const done: CodeLine[] = [];
    let grammarState: GrammarState | undefined;
    for (let from = 0; from < source.length && !stopped; from += SLICE) {
      const tokens = core.codeToTokensBase(source.slice(from, from + SLICE).join('\n'), {
        lang: 'python',
        theme: 'studio',
        grammarState,
        tokenizeMaxLineLength: 2_000,
      });
      grammarState = core.getLastGrammarState(tokens);
      done.push(...tokens);
      onLines([...done]);
      await new Promise((resume) => setTimeout(resume));
    }
  });
  return () => {
    stopped = true;
  };
}
