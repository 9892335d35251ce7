import type { HistogramBin, RegressionEvaluation } from '@/api/schema';
import { Figure } from '@/canvas/figures/figure';
import { domainOf } from '@/canvas/figures/scale';
import { formatOf, formatValue } from '@/lib/format';

/** Predictions against the truth, how the errors are spread, and how large they are for most rows. */
export function ResidualFigures({
  regression,
  target,
}: {
  regression: RegressionEvaluation;
  target: string;
}) {
  const { points, residuals, absolute_errors: errors } = regression;
  const domain = domainOf(points.flatMap((point) => [point.truth, point.prediction]));
  const bins = drawnBins(residuals);
  const from = bins[0]?.from ?? 0;
  const to = bins.at(-1)?.to ?? 1;
  const most = Math.max(...residuals.map((bin) => bin.rows), 1);
  return (
    <div>
      <div className="grid @min-[640px]:grid-cols-2 grid-cols-1 gap-5">
        <Figure
          label={`Predicted against true ${target}`}
          x={domain}
          y={domain}
          xLabel={`True ${target}`}
          yLabel="Predicted"
          height={270}
        >
          {(x, y) => (
            <>
              <line
                x1={x(domain[0])}
                y1={y(domain[0])}
                x2={x(domain[1])}
                y2={y(domain[1])}
                className="stroke-gray-8"
                strokeDasharray="3 3"
              />
              {points.map((point, index) => (
                <circle
                  key={index}
                  cx={x(point.truth)}
                  cy={y(point.prediction)}
                  r="2.5"
                  className="fill-(--series-1)"
                  fillOpacity="0.5"
                >
                  <title>{`true ${formatValue(point.truth)}, predicted ${formatValue(point.prediction)}`}</title>
                </circle>
              ))}
            </>
          )}
        </Figure>
        <Figure
          label="How the errors are spread"
          x={[from, to]}
          y={[0, most * 1.05]}
          xLabel="Predicted minus true"
          yLabel="Rows"
          height={270}
        >
          {(x, y) => (
            <>
              {bins.map((bin) => (
                <rect
                  key={bin.from}
                  x={x(bin.from) + 0.5}
                  width={Math.max(1, x(bin.to) - x(bin.from) - 1)}
                  y={y(bin.rows)}
                  height={Math.max(0, y(0) - y(bin.rows))}
                  className="fill-(--series-1)"
                  fillOpacity={bin.beyond ? 0.35 : 0.75}
                >
                  <title>{`${formatOf(bin.rows, 'row')}${bin.beyond ? ', all that lie further out:' : ''} from ${formatValue(bin.least)} to ${formatValue(bin.most)}`}</title>
                </rect>
              ))}
              {from < 0 && to > 0 && (
                <line
                  x1={x(0)}
                  x2={x(0)}
                  y1={y(0)}
                  y2={y(most * 1.05)}
                  className="stroke-gray-10"
                  strokeDasharray="3 3"
                />
              )}
            </>
          )}
        </Figure>
      </div>
      {errors.length > 0 && (
        <dl className="number mt-3 flex flex-wrap gap-x-8 gap-y-2">
          {errors.map((row) => (
            <div key={row.share}>
              <dt className="text-gray-10 text-small">
                {Math.round(row.share * 100)} % of rows are off by less than
              </dt>
              <dd className="font-[600] text-title">{formatValue(row.error)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** The outer two hold all that lies beyond the rest: they are drawn as wide as the others, and fainter. */
function drawnBins(bins: readonly HistogramBin[]) {
  const inner = bins[1];
  const width = inner ? inner.to - inner.from : 0;
  return bins.map((bin, index) => {
    const beyond =
      bins.length > 3 && (index === 0 || index === bins.length - 1) && bin.to - bin.from > width * 1.01;
    return {
      rows: bin.rows,
      least: bin.from,
      most: bin.to,
      beyond,
      from: beyond && index === 0 ? bin.to - width : bin.from,
      to: beyond && index > 0 ? bin.from + width : bin.to,
    };
  });
}
