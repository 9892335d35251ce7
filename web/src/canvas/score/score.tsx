import type { ScoreReport } from '@/api/types';
import { Sentence } from '@/canvas/parts/sentence';
import { formatCount, formatValue } from '@/lib/format';
import { metricName } from '@/lib/words';
import { claimOf, verdict } from './claim';
import { RangePlot } from './range-plot';

/** What the host measured on rows the agent never saw, beside the baseline and what the agent claims. */
export function Score({ score }: { score: ScoreReport }) {
  const claim = claimOf(score);
  return (
    <section aria-label="Measured score" className="flex flex-wrap items-center gap-x-6 gap-y-2">
      <div>
        <p className="label">Sealed test · {metricName(score.metric)}</p>
        <p className="number flex items-baseline gap-2">
          <span className="font-[600] text-display tracking-[-0.01em]">{formatValue(score.value)}</span>
          <span className="text-gray-10 text-small">
            {formatValue(score.low)} – {formatValue(score.high)}
          </span>
        </p>
      </div>
      <div className="min-w-[min(100%,13rem)] grow basis-52">
        <RangePlot
          value={score.value}
          low={score.low}
          high={score.high}
          baseline={score.baseline}
          claim={claim}
        />
        <p className="number mt-1 flex flex-wrap gap-x-4 text-gray-10 text-small">
          <Key mark={<i className="h-3 w-0.5 bg-gray-9" />}>baseline {formatValue(score.baseline)}</Key>
          {claim !== null && (
            <Key mark={<i className="size-2 rounded-full border-[1.5px] border-gray-12" />}>
              claimed on val {formatValue(claim)}
            </Key>
          )}
          <span>{formatCount(score.rows)} held rows</span>
        </p>
      </div>
      <p className="w-full max-w-[80ch] text-gray-11 text-small">{verdict(score, claim)}</p>
      {score.holdout_reason && (
        <p className="w-full max-w-[80ch] text-gray-10 text-small">
          <Sentence text={score.holdout_reason} />
        </p>
      )}
    </section>
  );
}

function Key({ mark, children }: { mark: React.ReactNode; children: React.ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden className="inline-flex">
        {mark}
      </span>
      <span>{children}</span>
    </span>
  );
}
