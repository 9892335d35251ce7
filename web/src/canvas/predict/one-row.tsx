import { useMutation } from '@tanstack/react-query';
import type { PredictionForm, PredictionResult } from '@/api/schema';
import { Section } from '@/canvas/parts/section';
import { formatValue } from '@/lib/format';
import { ErrorState } from '@/ui/states';
import { Effects } from './effects';
import { Notes } from './notes';
import { predictRow } from './queries';
import { RowForm, type RowValues } from './row-form';

/** A form for one row, and what the model says of it. */
export function OneRow({
  session,
  form,
  threshold,
}: {
  session: string;
  form: PredictionForm;
  threshold: number | null;
}) {
  const prediction = useMutation({ mutationFn: (row: RowValues) => predictRow(session, row, threshold) });
  return (
    <>
      <Section
        title="One row"
        hint={`The columns as the dataset has them, filled with what is typical. An empty field is a missing value.`}
      >
        <RowForm form={form} busy={prediction.isPending} onPredict={(row) => prediction.mutate(row)} />
      </Section>
      {prediction.error && <ErrorState error={prediction.error} title="It was not predicted" />}
      {prediction.data && !prediction.error && (
        <Answer result={prediction.data} values={prediction.variables ?? {}} />
      )}
    </>
  );
}

function Answer({ result, values }: { result: PredictionResult; values: RowValues }) {
  const row = result.rows[0];
  if (!row) return null;
  const explanation = row.explanation;
  return (
    <Section
      title="Prediction"
      hint={
        explanation &&
        `${explanation.class ? `The probability of ${explanation.class}` : result.target} is ${formatValue(explanation.value)}; for working rows it is ${formatValue(explanation.base)} on average. Below is what each column added to that (${result.explanation_method}; the lines show the sampling's standard error).`
      }
    >
      <div aria-live="polite" className="mb-4 flex flex-wrap items-baseline gap-x-6 gap-y-2">
        <p>
          <span className="text-gray-10 text-small">{result.target}</span>{' '}
          <span className="number font-[600] text-display tracking-[-0.01em]">
            {typeof row.prediction === 'number' ? formatValue(row.prediction) : String(row.prediction)}
          </span>
        </p>
        {row.probabilities && result.classes && (
          <Chances classes={result.classes} chances={row.probabilities} />
        )}
      </div>
      {explanation && <Effects explanation={explanation} values={values} />}
      <Notes notes={result.notes} />
    </Section>
  );
}

function Chances({ classes, chances }: { classes: readonly string[]; chances: readonly number[] }) {
  const likely = classes
    .map((name, index) => ({ name, chance: chances[index] ?? 0 }))
    .sort((one, other) => other.chance - one.chance)
    .slice(0, 5);
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1 text-small">
      {likely.map(({ name, chance }) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-gray-10">{name}</dt>
          <dd className="number">{(chance * 100).toFixed(1)} %</dd>
        </div>
      ))}
    </dl>
  );
}
