import { ChevronRight } from 'lucide-react';
import type { DatasetPreview } from '@/api/types';
import type { RunChoice } from '@/session/stages/run-choice';
import { RunFields } from '@/session/stages/run-fields';
import { Field, TextArea } from '@/ui/field';
import { Select } from '@/ui/select';
import { ColumnPicker } from './column-picker';
import { AUTO, type Wishes } from './wishes';

/** What most people leave as it is: columns, test rows, how the runs are driven. */
export function DetailFields({
  wishes,
  columns,
  several,
  choice,
  onChange,
  onChoice,
}: {
  wishes: Wishes;
  columns: DatasetPreview['columns'];
  /** Whether the data is more than one file. */
  several: boolean;
  choice: RunChoice;
  onChange: (change: Partial<Wishes>) => void;
  onChoice: (choice: RunChoice) => void;
}) {
  const { target, dropped, group, time, holdout, dictionary } = wishes;
  return (
    <details className="group">
      <summary className="flex w-fit items-center gap-1 rounded-sm font-[600] text-heading marker:content-['']">
        <ChevronRight
          size={16}
          className="text-gray-9 transition-transform duration-120 group-open:rotate-90"
        />
        Details
      </summary>
      <div className="grid gap-x-4 gap-y-3.5 pt-3 sm:grid-cols-2">
        {columns.length > 0 && (
          <>
            <Field label="Leave out" optional hint="Columns that no model may use." className="sm:col-span-2">
              {(field) => (
                <ColumnPicker
                  {...field}
                  columns={columns.filter((column) => column.name !== target)}
                  value={dropped}
                  onChange={(chosen) => onChange({ dropped: chosen })}
                  several
                  placeholder="No column"
                />
              )}
            </Field>
            <Field label="Group" optional hint="Rows with the same value stay on one side of every split.">
              {(field) => (
                <ColumnPicker
                  {...field}
                  columns={columns}
                  value={group ? [group] : []}
                  onChange={([chosen]) => onChange({ group: chosen ?? '' })}
                  placeholder="No group"
                />
              )}
            </Field>
            <Field label="Time" optional hint="The test rows are the latest.">
              {(field) => (
                <ColumnPicker
                  {...field}
                  columns={columns}
                  value={time ? [time] : []}
                  onChange={([chosen]) => onChange({ time: chosen ?? '' })}
                  placeholder="Rows in no order"
                />
              )}
            </Field>
          </>
        )}
        <Field label="Test rows" hint="Who keeps the rows that the result is measured on.">
          {(field) => (
            <Select
              {...field}
              value={holdout}
              onChange={(value) => onChange({ holdout: value })}
              options={[
                {
                  value: AUTO,
                  label: several && wishes.main === AUTO ? 'By the files' : 'Held by this machine',
                },
                { value: 'host', label: 'Held by this machine' },
                { value: 'agent', label: 'Drawn by the agent, then sealed' },
                { value: 'none', label: 'None: nothing is measured' },
              ]}
            />
          )}
        </Field>
        <RunFields choice={choice} onChange={onChoice} />
        <Field
          label="Data dictionary"
          optional
          className="sm:col-span-2"
          hint="What the columns mean, in any form."
        >
          {(field) => (
            <TextArea
              {...field}
              rows={4}
              value={dictionary}
              onChange={(event) => onChange({ dictionary: event.target.value })}
              placeholder="tenure: months as a customer"
              className="mono text-[12px]!"
            />
          )}
        </Field>
      </div>
    </details>
  );
}
