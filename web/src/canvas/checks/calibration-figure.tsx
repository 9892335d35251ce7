import type { Calibration } from '@/api/schema';
import { Figure } from '@/canvas/figures/figure';
import { formatOf } from '@/lib/format';

/** What was predicted against what happened, in bins of equal size. */
export function CalibrationFigure({ calibration }: { calibration: Calibration }) {
  const off = calibration.expected_error * 100;
  return (
    <div className="flex flex-wrap items-start gap-6">
      <div className="min-w-64 max-w-[420px] grow">
        <Figure
          label={`Calibration: predicted probabilities are off by ${off.toFixed(1)} points on average`}
          x={[0, 1]}
          y={[0, 1]}
          xLabel="Predicted probability"
          yLabel="Share that happened"
          height={250}
        >
          {(x, y) => (
            <>
              <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className="stroke-gray-7" strokeDasharray="3 3" />
              {calibration.bins.map((bin) => (
                <g key={bin.predicted}>
                  <title>
                    {`${formatOf(bin.rows, 'row')} called ${(bin.predicted * 100).toFixed(0)} % likely; it happened in ${(bin.observed * 100).toFixed(0)} %`}
                  </title>
                  <line
                    x1={x(bin.predicted)}
                    x2={x(bin.predicted)}
                    y1={y(bin.low)}
                    y2={y(bin.high)}
                    className="stroke-(--series-1)"
                    strokeOpacity="0.45"
                    strokeWidth="1.5"
                  />
                  <circle cx={x(bin.predicted)} cy={y(bin.observed)} r="4" className="fill-(--series-1)" />
                </g>
              ))}
            </>
          )}
        </Figure>
      </div>
      <dl className="number">
        <dt className="text-gray-10 text-small">Mean distance from the line</dt>
        <dd className="font-[600] text-title">{off.toFixed(1)} points</dd>
      </dl>
    </div>
  );
}
