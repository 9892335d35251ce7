import type { ExperimentSummary } from '@/api/types';
import { formatCount, formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';

/** `7,043 × 21 → Churn`. */
export function Shape({ experiment }: { experiment: ExperimentSummary }) {
  const { rows, columns, target, dataset_ref } = experiment;
  if (rows == null)
    return <span>{dataset_ref.endsWith('/') ? 'Several files' : dataset_ref.split('/').at(-1)}</span>;
  return (
    <span className="number">
      {formatCount(rows)} × {formatCount(columns ?? 0)}
      {target && (
        <>
          {' '}
          <span className="text-gray-9">→</span> <span className="text-gray-12">{target}</span>
        </>
      )}
    </span>
  );
}

/** `ROC AUC 0.846 ± 0.012`: half of the interval's width. */
export function Score({ experiment }: { experiment: ExperimentSummary }) {
  const { score } = experiment;
  if (!score) return null;
  return (
    <span
      className="whitespace-nowrap"
      title={`95 % interval ${formatValue(score.low)} to ${formatValue(score.high)}, baseline ${formatValue(score.baseline)}`}
    >
      <span className="text-gray-11 text-small">{metricName(score.metric)}</span>{' '}
      <span className="mono font-[600]">{formatValue(score.value)}</span>{' '}
      <span className="mono text-gray-10 text-small">±{formatValue((score.high - score.low) / 2)}</span>
    </span>
  );
}
