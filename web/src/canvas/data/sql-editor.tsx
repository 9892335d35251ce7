import { PostgreSQL, sql } from '@codemirror/lang-sql';
import CodeMirror, { EditorView, keymap, Prec } from '@uiw/react-codemirror';
import { useMemo, useRef } from 'react';
import { useTheme } from '@/app/theme';
import { nonce } from '@/lib/nonce';
import type { TableItem } from './tables';

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
  const theme = useTheme();
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
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': 'SQL' }),
      key ? EditorView.cspNonce.of(key) : [],
    ];
  }, [tables]);
  return (
    <CodeMirror
      value={value}
      onChange={onChange}
      theme={theme}
      extensions={extensions}
      basicSetup={{ foldGutter: false }}
      minHeight="92px"
      maxHeight="34vh"
      className="overflow-hidden text-[12px]"
    />
  );
}
