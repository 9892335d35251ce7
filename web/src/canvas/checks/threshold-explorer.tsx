import { useMemo, useState } from 'react';
import type { ClassificationEvaluation, ThresholdOutcome } from '@/api/schema';
import { Figure, pathOf } from '@/canvas/figures/figure';
import { Slider } from '@/canvas/parts/slider';
import { formatCount } from '@/lib/format';
import { Button } from '@/ui/button';
import { Confusion } from './confusion';
import { bestF1, measuresOf, outcomeAt, positiveShare, precisionRecallCurve, rocCurve } from './curves';

/** ROC and precision–recall curves, and a threshold that is moved along them. */
export function ThresholdExplorer({
  classes,
  thresholds,
}: {
  classes: ClassificationEvaluation;
  thresholds: readonly ThresholdOutcome[];
}) {
  const own = classes.threshold ?? null;
  const [threshold, setThreshold] = useState(own ?? 0.5);
  const roc = useMemo(() => rocCurve(thresholds), [thresholds]);
  const recall = useMemo(() => precisionRecallCurve(thresholds), [thresholds]);
  const best = useMemo(() => bestF1(thresholds), [thresholds]);
  const outcome = outcomeAt(thresholds, threshold);
  if (!outcome) return null;
  const now = measuresOf(outcome);
  const positive = classes.positive_class ?? classes.labels[1] ?? 'positive';
  const negative = classes.labels.find((label) => label !== positive) ?? `not ${positive}`;
  const flagged = outcome.true_positives + outcome.false_positives;
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="flex min-w-56 grow items-center gap-3">
          <Slider
            label="Threshold"
            value={threshold}
            min={0}
            max={1}
            step={0.005}
            onChange={setThreshold}
            className="grow"
          />
          <output className="number w-12 font-[600] text-title">{threshold.toFixed(3)}</output>
        </div>
        {own !== null && (
          <Button size="small" onClick={() => setThreshold(own)}>
            The model’s
          </Button>
        )}
        {own !== 0.5 && (
          <Button size="small" onClick={() => setThreshold(0.5)}>
            0.5
          </Button>
        )}
        <Button size="small" onClick={() => setThreshold(best)}>
          Best F1
        </Button>
      </div>
      <dl className="number mt-3 grid @min-[560px]:grid-cols-5 grid-cols-3 gap-3">
        <Measure name="Precision" value={now.precision} />
        <Measure name="Recall" value={now.recall} />
        <Measure name="F1" value={now.f1} />
        <Measure name="False positive rate" value={now.falsePositiveRate} />
        <Measure name="Accuracy" value={now.accuracy} />
      </dl>
      <p className="mt-3 text-gray-11 text-small">
        {own !== null && `The model itself says ${positive} from ${own.toFixed(3)} on. `}
        {formatCount(flagged)} rows are called {positive}: {formatCount(outcome.true_positives)} rightly,{' '}
        {formatCount(outcome.false_positives)} wrongly. {formatCount(outcome.false_negatives)} are missed.
      </p>
      <div className="mt-4 grid @min-[640px]:grid-cols-[auto_1fr_1fr] grid-cols-1 items-start gap-5">
        <Confusion
          labels={[negative, positive]}
          counts={[
            [outcome.true_negatives, outcome.false_positives],
            [outcome.false_negatives, outcome.true_positives],
          ]}
        />
        <Figure
          label="ROC curve"
          x={[0, 1]}
          y={[0, 1]}
          xLabel="False positive rate"
          yLabel="Recall"
          height={220}
        >
          {(x, y) => (
            <>
              <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className="stroke-gray-7" strokeDasharray="3 3" />
              <path
                d={pathOf(roc.map(([a, b]) => [x(a), y(b)]))}
                className="fill-none stroke-(--series-1)"
                strokeWidth="1.75"
              />
              <circle
                cx={x(now.falsePositiveRate)}
                cy={y(now.recall)}
                r="5"
                className="fill-accent stroke-surface"
                strokeWidth="2"
              />
            </>
          )}
        </Figure>
        <Figure
          label="Precision–recall curve"
          x={[0, 1]}
          y={[0, 1]}
          xLabel="Recall"
          yLabel="Precision"
          height={220}
        >
          {(x, y) => (
            <>
              <line
                x1={x(0)}
                x2={x(1)}
                y1={y(positiveShare(thresholds))}
                y2={y(positiveShare(thresholds))}
                className="stroke-gray-7"
                strokeDasharray="3 3"
              />
              <path
                d={pathOf(recall.map(([a, b]) => [x(a), y(b)]))}
                className="fill-none stroke-(--series-1)"
                strokeWidth="1.75"
              />
              {now.precision !== null && (
                <circle
                  cx={x(now.recall)}
                  cy={y(now.precision)}
                  r="5"
                  className="fill-accent stroke-surface"
                  strokeWidth="2"
                />
              )}
            </>
          )}
        </Figure>
      </div>
    </div>
  );
}

function Measure({ name, value }: { name: string; value: number | null }) {
  return (
    <div>
      <dt className="text-gray-10 text-small">{name}</dt>
      <dd className="font-[600] text-title">{value === null ? '–' : value.toFixed(3)}</dd>
    </div>
  );
}
