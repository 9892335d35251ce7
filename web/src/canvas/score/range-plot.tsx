import { formatValue } from '@/lib/format';

export interface Mark {
  value: number;
  label: string;
}

/**
 * A measured value with its interval on a line, and what it stands against: the baseline, the agent's own claim. The ends of
 * the line are chosen so that all of it has room.
 */
export function RangePlot({
  value,
  low,
  high,
  baseline,
  claim,
  compact,
}: {
  value: number;
  low: number;
  high: number;
  baseline: number | null;
  claim?: number | null;
  compact?: boolean;
}) {
  const all = [value, low, high, ...(baseline === null ? [] : [baseline]), ...(claim == null ? [] : [claim])];
  const least = Math.min(...all);
  const most = Math.max(...all);
  const room = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  const x = (at: number) => `${(((at - least + room) / (most - least + 2 * room)) * 100).toFixed(2)}%`;
  const height = compact ? 14 : 22;
  const middle = height / 2;
  return (
    <svg
      width="100%"
      height={height}
      className="block overflow-visible"
      role="img"
      aria-label={[
        `Measured ${formatValue(value)}, 95 % interval ${formatValue(low)} to ${formatValue(high)}`,
        baseline === null ? '' : `baseline ${formatValue(baseline)}`,
        claim == null ? '' : `claimed ${formatValue(claim)}`,
      ]
        .filter(Boolean)
        .join(', ')}
    >
      <line x1="0" x2="100%" y1={middle} y2={middle} className="stroke-gray-5" />
      {baseline !== null && (
        <line
          x1={x(baseline)}
          x2={x(baseline)}
          y1={middle - 6}
          y2={middle + 6}
          className="stroke-gray-9"
          strokeWidth="2"
        />
      )}
      <line
        x1={x(low)}
        x2={x(high)}
        y1={middle}
        y2={middle}
        className="stroke-accent"
        strokeOpacity="0.35"
        strokeWidth={compact ? 5 : 7}
        strokeLinecap="round"
      />
      <circle cx={x(value)} cy={middle} r={compact ? 3.5 : 4.5} className="fill-accent" />
      {claim != null && (
        <circle
          cx={x(claim)}
          cy={middle}
          r={compact ? 3.5 : 4.5}
          className="fill-surface stroke-gray-12"
          strokeWidth="1.5"
        />
      )}
    </svg>
  );
}
