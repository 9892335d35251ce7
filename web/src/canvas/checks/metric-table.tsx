import type { Evaluation } from '@/api/schema';
import type { ScoreReport } from '@/api/types';
import { RangePlot } from '@/canvas/score/range-plot';
import { cn } from '@/lib/cn';
import { formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';
import { Cell, Head, NumberCell, Table } from '@/ui/table';

/** Each metric with its interval drawn, its baseline and the agent's claim. */
export function MetricTable({ score, evaluation }: { score: ScoreReport; evaluation: Evaluation | null }) {
  const claimed = (score.claimed ?? {}) as Record<string, unknown>;
  const claimOf = (name: string) => {
    const value = claimed[name];
    return typeof value === 'number' ? value : null;
  };
  const rows = evaluation
    ? evaluation.metrics
    : Object.entries(score.metrics).map(([name, value]) => ({
        name,
        value,
        low: null,
        high: null,
        baseline: null,
      }));
  return (
    <div className="overflow-x-auto">
      <Table className="min-w-[520px]">
        <thead>
          <tr>
            <Head>Metric</Head>
            <Head className="text-right">Measured</Head>
            <Head className="text-right">95 % interval</Head>
            <Head className="w-1/3">
              <span className="sr-only">Drawn</span>
            </Head>
            <Head className="text-right">Baseline</Head>
            <Head className="pr-0 text-right">Claimed</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <Cell className={cn('whitespace-nowrap', row.name === score.metric && 'font-[550]')}>
                {metricName(row.name)}
              </Cell>
              <NumberCell className={cn(row.name === score.metric && 'font-[550]')}>
                {formatValue(row.value)}
              </NumberCell>
              <NumberCell className="whitespace-nowrap text-gray-11">
                {row.low === null ? '–' : `${formatValue(row.low)} – ${formatValue(row.high)}`}
              </NumberCell>
              <Cell className="min-w-28 px-4">
                {row.low !== null && row.high !== null && (
                  <RangePlot
                    compact
                    value={row.value}
                    low={row.low}
                    high={row.high}
                    baseline={row.baseline}
                    claim={claimOf(row.name)}
                  />
                )}
              </Cell>
              <NumberCell className="text-gray-11">{formatValue(row.baseline)}</NumberCell>
              <NumberCell className="pr-0 text-gray-11">{formatValue(claimOf(row.name))}</NumberCell>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
