import { useState } from 'react';
import type { PredictionForm, RawColumnFacts } from '@/api/schema';
import { Button } from '@/ui/button';
import { Field, Input } from '@/ui/field';
import { Select } from '@/ui/select';

const MISSING = ' missing';
const MOST_CHOICES = 40;

export type RowValues = Readonly<Record<string, string | null>>;

/** What is typical of the working rows: where a person starts from. */
export const typicalRow = (form: PredictionForm): RowValues =>
  Object.fromEntries(
    form.columns.map((column) => [column.name, column.typical == null ? '' : String(column.typical)]),
  );

/** A field for each raw column. */
export function RowForm({
  form,
  busy,
  onPredict,
}: {
  form: PredictionForm;
  busy: boolean;
  onPredict: (row: RowValues) => void;
}) {
  const [row, setRow] = useState(() => typicalRow(form));
  const set = (name: string, value: string | null) => setRow((before) => ({ ...before, [name]: value }));
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        onPredict(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value || null])));
      }}
    >
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,11rem),1fr))] gap-x-4 gap-y-3">
        {form.columns.map((column) => (
          <Field key={column.name} label={column.name} hint={hintOf(column)}>
            {(props) =>
              choicesOf(column) ? (
                <Select
                  value={row[column.name] === '' ? MISSING : (row[column.name] ?? MISSING)}
                  onChange={(value) => set(column.name, value === MISSING ? '' : value)}
                  options={[
                    ...(choicesOf(column) ?? []).map((value) => ({ value, label: value })),
                    { value: MISSING, label: 'missing' },
                  ]}
                  id={props.id}
                  aria-describedby={props['aria-describedby']}
                />
              ) : (
                <Input
                  {...props}
                  value={row[column.name] ?? ''}
                  inputMode={column.kind === 'number' || column.kind === 'whole' ? 'decimal' : undefined}
                  placeholder="missing"
                  autoComplete="off"
                  onChange={(event) => set(column.name, event.target.value)}
                />
              )
            }
          </Field>
        ))}
      </div>
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Predicting…' : 'Predict'}
        </Button>
        <Button look="ghost" onClick={() => setRow(typicalRow(form))}>
          Typical row
        </Button>
      </div>
    </form>
  );
}

/** The values that a field offers; an empty text cannot be chosen, and stands for a missing one. */
function choicesOf(column: RawColumnFacts): readonly string[] | null {
  if (column.kind === 'truth') return ['True', 'False'];
  const levels = column.levels?.filter((level) => level !== '');
  return levels && levels.length <= MOST_CHOICES ? levels : null;
}

function hintOf(column: RawColumnFacts): string | undefined {
  if (column.low == null || column.high == null) return undefined;
  return `${column.low.toLocaleString('en')} to ${column.high.toLocaleString('en')}`;
}
