import type { CompletionContext } from '@codemirror/autocomplete';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import CodeMirror, { EditorView, keymap, Prec } from '@uiw/react-codemirror';
import { useMemo, useRef } from 'react';
import { nonce } from '@/lib/nonce';
import { editorTheme } from './editor-theme';
import { quoted, type TableItem, typeName } from './tables';

/** Columns offered of each table; a list of thousands helps nobody. */
const OFFERED = 300;

/** An editor that knows the tables and their columns. Ctrl-Enter runs. */
export default function SqlEditor({
  value,
  tables,
  onChange,
  onRun,
}: {
  value: string;
  tables: readonly TableItem[];
  onChange: (value: string) => void;
  onRun: () => void;
}) {
  const run = useRef(onRun);
  run.current = onRun;
  const extensions = useMemo(() => {
    const schema = Object.fromEntries(
      tables.map((table) => [table.name, table.columns.slice(0, OFFERED).map((column) => column.name)]),
    );
    const key = nonce();
    return [
      Prec.highest(
        keymap.of([
          {
            key: 'Mod-Enter',
            run: () => {
              run.current();
              return true;
            },
          },
        ]),
      ),
      sql({ dialect: PostgreSQL, schema, upperCaseKeywords: true }),
      PostgreSQL.language.data.of({ autocomplete: columnSource(tables) }),
      editorTheme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
      key ? EditorView.cspNonce.of(key) : [],
    ];
  }, [tables]);
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      theme="none"
      extensions={extensions}
      basicSetup={{ foldGutter: false }}
      minHeight="92px"
      maxHeight="34vh"
      className="overflow-hidden text-[12px]"
    />
  );
}

/** Offers the columns of the tables that the query names, with their types. */
const columnSource = (tables: readonly TableItem[]) => (context: CompletionContext) => {
  const word = context.matchBefore(/\w+/);
  if (!word && !context.explicit) return null;
  const text = context.state.doc.toString().toLowerCase();
  const options = tables
    .filter((table) => text.includes(table.name.toLowerCase()))
    .flatMap((table) => table.columns.slice(0, OFFERED))
    .filter((column, index, all) => all.findIndex((other) => other.name === column.name) === index)
    .map((column) => ({
      label: column.name,
      apply: /^[a-zA-Z_]\w*$/.test(column.name) ? column.name : quoted(column.name),
      detail: typeName(column.type),
      boost: 50,
    }));
  return options.length > 0 ? { from: word?.from ?? context.pos, options, validFor: /^\w*$/ } : null;
};
