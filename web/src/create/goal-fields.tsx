import type { DatasetPreview } from '@/api/types';
import { metricName } from '@/lib/words';
import { Field, Input, TextArea } from '@/ui/field';
import { Select } from '@/ui/select';
import { ColumnPicker } from './column-picker';
import { likelyProblem, METRICS, PROBLEMS } from './metrics';
import { AUTO, type Wishes } from './wishes';

/** What the experiment is called and what is to be predicted. */
export function GoalFields({
  name,
  wishes,
  columns,
  ofImages,
  onChange,
}: {
  /** As it is shown; the data's own while nobody chose one. */
  name: string;
  wishes: Wishes;
  columns: DatasetPreview['columns'];
  /** Folders of images: their names are what is predicted. */
  ofImages: boolean;
  onChange: (change: Partial<Wishes>) => void;
}) {
  const { target, problem, metric, instructions } = wishes;
  const kind = problem === AUTO ? likelyProblem(columns.find((column) => column.name === target)) : problem;
  const metrics = kind ? (METRICS[kind] ?? []) : [];
  return (
    <section aria-label="Goal" className="flex flex-col gap-3">
      <h2 className="font-[600] text-heading">Goal</h2>
      <div className="grid gap-x-4 gap-y-3.5 sm:grid-cols-2">
        <Field label="Name">
          {(field) => (
            <Input
              {...field}
              value={name}
              maxLength={200}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Predict"
          hint={
            target
              ? undefined
              : ofImages
                ? 'The name of the folder that an image lies in.'
                : 'Left open, the agent settles it from the data and your instructions.'
          }
        >
          {(field) =>
            columns.length > 0 ? (
              <ColumnPicker
                {...field}
                columns={columns}
                value={target ? [target] : []}
                onChange={([chosen]) => onChange({ target: chosen ?? '' })}
                placeholder="The agent decides"
              />
            ) : (
              <Input
                {...field}
                value={target}
                onChange={(event) => onChange({ target: event.target.value })}
                placeholder={ofImages ? 'label' : 'The agent decides'}
                className="mono"
              />
            )
          }
        </Field>
        <Field label="Problem">
          {(field) => (
            <Select
              {...field}
              value={problem}
              onChange={(value) => onChange({ problem: value, metric: AUTO })}
              options={[{ value: AUTO, label: 'By the target' }, ...PROBLEMS]}
            />
          )}
        </Field>
        <Field label="Metric">
          {(field) => (
            <Select
              {...field}
              value={metric}
              onChange={(value) => onChange({ metric: value })}
              options={[
                {
                  value: AUTO,
                  label: kind ? `${metricName(metrics[0] ?? '')} (the usual)` : 'The usual one',
                },
                ...metrics.map((value) => ({ value, label: metricName(value) })),
              ]}
            />
          )}
        </Field>
      </div>
      <Field label="Instructions" optional>
        {(field) => (
          <TextArea
            {...field}
            rows={3}
            value={instructions}
            onChange={(event) => onChange({ instructions: event.target.value })}
            placeholder="What the model is for, what matters, what to leave alone."
          />
        )}
      </Field>
    </section>
  );
}
