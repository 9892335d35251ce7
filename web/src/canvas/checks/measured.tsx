import type { Evaluation } from '@/api/schema';
import type { ScoreReport } from '@/api/types';
import { Section } from '@/canvas/parts/section';
import { Sentence } from '@/canvas/parts/sentence';
import { formatOf } from '@/lib/format';
import { metricName } from '@/lib/words';
import { CalibrationFigure } from './calibration-figure';
import { Confusion } from './confusion';
import { Importance } from './importance';
import { MetricTable } from './metric-table';
import { PerLabel } from './per-label';
import { ResidualFigures } from './residual-figures';
import { Slices } from './slices';
import { ThresholdExplorer } from './threshold-explorer';
import { WorstRows } from './worst-rows';

/** Everything that was measured on the held rows, from the whole to the single row. */
export function Measured({ score, evaluation }: { score: ScoreReport; evaluation: Evaluation | null }) {
  const classes = evaluation?.classification;
  const notes = [...new Set([...(score.notes ?? []), ...(evaluation?.notes ?? [])])];
  return (
    <div className="pb-10">
      <Section
        title="Every metric"
        hint={`On ${formatOf(score.rows, 'held row')}, each with its 95 % interval, against the best constant answer and what the agent claims for val.`}
      >
        <MetricTable score={score} evaluation={evaluation} />
      </Section>
      {classes?.thresholds && classes.thresholds.length > 0 ? (
        <Section
          title="Threshold"
          hint={
            <>
              From which probability on a row counts as <Label text={classes.positive_class ?? ''} />. Move it
              to see what it costs and what it finds.
            </>
          }
        >
          <ThresholdExplorer classes={classes} thresholds={classes.thresholds} />
        </Section>
      ) : (
        classes && (
          <Section
            title="Confusion"
            hint="Which label each row has, and which it was given. Shares are of the true label."
          >
            <Confusion labels={classes.labels} counts={classes.confusion} />
          </Section>
        )
      )}
      {classes && classes.per_label.length > 0 && (
        <Section
          title="By label"
          hint="Precision: of the rows that were called so, the share that is. Recall: of the rows that are so, the share that was found."
        >
          <PerLabel rows={classes.per_label} />
        </Section>
      )}
      {classes?.calibration && classes.calibration.bins.length > 0 && (
        <Section
          title="Calibration"
          hint="Whether what is called 70 % likely happens seven times in ten: the points should lie on the line."
        >
          <CalibrationFigure calibration={classes.calibration} />
        </Section>
      )}
      {evaluation?.regression && (
        <Section
          title="Predictions and errors"
          hint="Each point is a held row: on the line the prediction is right, below it too low."
        >
          <ResidualFigures regression={evaluation.regression} target={evaluation.target} />
        </Section>
      )}
      {evaluation?.importance && evaluation.importance.length > 0 && (
        <Section
          title="What the model relies on"
          hint={`How much ${metricName(evaluation.metric)} gets worse when a column is shuffled among the held rows. Columns that say the same share their importance.`}
        >
          <Importance rows={evaluation.importance} />
        </Section>
      )}
      {evaluation && (
        <Section
          title="Weak spots"
          hint="Groups of rows on which the model does clearly worse than on all of them."
        >
          <Slices rows={evaluation.slices} metric={evaluation.metric} />
        </Section>
      )}
      {evaluation && evaluation.worst.length > 0 && (
        <Section
          title="Worst predictions"
          hint="The held rows that the model is most wrong about. They are shown to people only."
        >
          <WorstRows rows={evaluation.worst} problem={evaluation.problem_type} />
        </Section>
      )}
      {notes.length > 0 && (
        <Section title="Notes">
          <ul className="flex max-w-[80ch] flex-col gap-1 text-gray-11">
            {notes.map((note) => (
              <li key={note}>
                <Sentence text={note} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Label({ text }: { text: string }) {
  return <code className="rounded-sm bg-gray-3 px-1 text-[12px]">{text}</code>;
}
