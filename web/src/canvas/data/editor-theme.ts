import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { EditorView } from '@uiw/react-codemirror';

/** An editor in the colours of the page; both themes define the same names. */
export const editorTheme = [
  EditorView.theme({
    '&': { color: 'var(--gray-12)', backgroundColor: 'transparent' },
    '&.cm-focused': { outline: 'none' },
    '.cm-content': { caretColor: 'var(--accent)', fontFamily: 'var(--font-mono)', padding: '10px 0' },
    '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--accent)' },
    '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--gray-9)', border: 'none' },
    '.cm-lineNumbers .cm-gutterElement': { paddingLeft: '14px', paddingRight: '10px' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
    '.cm-activeLineGutter': { color: 'var(--gray-12)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--accent-line)',
      opacity: '0.5',
    },
    '.cm-selectionMatch': { backgroundColor: 'var(--gray-4)' },
    '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent-line)' },
    '.cm-tooltip': {
      backgroundColor: 'var(--surface)',
      border: '1px solid var(--gray-6)',
      borderRadius: '6px',
      boxShadow: 'var(--elevation)',
      overflow: 'hidden',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px' },
    '.cm-tooltip-autocomplete ul li[aria-selected]': {
      backgroundColor: 'var(--accent-soft)',
      color: 'var(--accent-text)',
    },
    // Its pictures are of a font that is not here.
    '.cm-completionIcon': { display: 'none' },
    '.cm-completionLabel': { paddingLeft: '4px' },
    '.cm-completionDetail': { color: 'var(--gray-10)', fontStyle: 'normal' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--code-token-keyword)' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-token-string)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-token-constant)' },
      {
        tag: [tags.function(tags.variableName), tags.standard(tags.name)],
        color: 'var(--code-token-function)',
      },
      { tag: tags.typeName, color: 'var(--code-token-parameter)' },
      { tag: tags.comment, color: 'var(--code-token-comment)' },
      { tag: [tags.punctuation, tags.operator], color: 'var(--code-token-punctuation)' },
    ]),
  ),
];
