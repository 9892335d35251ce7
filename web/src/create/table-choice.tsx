import { Field } from '@/ui/field';
import { Select } from '@/ui/select';
import type { ChosenFile } from './dropped';
import { areImages } from './image-folder';
import { AUTO } from './wishes';

/** Of so many files one is offered as the main table. */
const MOST_OFFERED = 200;
const isTable = (path: string) =>
  /\.(csv|tsv|txt|parquet|pq|xlsx|xlsm|json|jsonl|ndjson)(\.gz)?$/i.test(path);

/** Which sheet of a workbook is the table. */
export function SheetChoice({
  sheets,
  value,
  onChange,
}: {
  sheets: readonly string[];
  value: string;
  onChange: (sheet: string) => void;
}) {
  return (
    <Field label="Sheet" className="max-w-80">
      {(field) => (
        <Select
          {...field}
          value={value}
          onChange={onChange}
          options={sheets.map((sheet) => ({ value: sheet, label: sheet }))}
        />
      )}
    </Field>
  );
}

/** Which of several files is the table that is predicted in. */
export function MainTableChoice({
  files,
  value,
  onChange,
}: {
  files: readonly ChosenFile[];
  value: string;
  onChange: (main: string) => void;
}) {
  return (
    <Field
      label="Main table"
      className="max-w-[520px]"
      hint={
        areImages(files)
          ? 'Each image becomes a row of numbers beside its row of the table that names it, by its path or name. Without a table the images stay files, and the agent draws the test set itself.'
          : value === AUTO
            ? 'Files with the same columns become one table. Otherwise the largest with the column to predict is the table, and the others lie beside it; without one, the agent joins them and draws the test rows itself.'
            : 'Part of its rows is held back to measure; the other files lie beside it.'
      }
    >
      {(field) => (
        <Select
          {...field}
          value={value}
          onChange={onChange}
          options={[
            { value: AUTO, label: 'By the columns' },
            ...files
              .filter(({ path }) => isTable(path))
              .slice(0, MOST_OFFERED)
              .map(({ path }) => ({ value: path, label: path })),
          ]}
        />
      )}
    </Field>
  );
}
