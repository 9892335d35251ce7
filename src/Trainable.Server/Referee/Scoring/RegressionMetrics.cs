namespace Trainable.Server.Referee.Scoring;

/// <summary>Metrics of numeric predictions, as scikit-learn defines them, with a weight per row.</summary>
internal sealed class RegressionMetrics(double[] truth, double[] predicted)
{
    public WeightedMetric Find(string name) =>
        name switch
        {
            MetricNames.Rmse => Rmse,
            MetricNames.Mae => Mae,
            MetricNames.R2 => R2,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No metric of a regression."),
        };

    /// <summary>Root of the mean squared error, in the target's unit.</summary>
    public double Rmse(ReadOnlySpan<int> weights)
    {
        double sum = 0;
        long count = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            var error = truth[row] - predicted[row];
            sum += weights[row] * error * error;
            count += weights[row];
        }
        return Math.Sqrt(sum / count);
    }

    /// <summary>Mean absolute error, in the target's unit.</summary>
    public double Mae(ReadOnlySpan<int> weights)
    {
        double sum = 0;
        long count = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            sum += weights[row] * Math.Abs(truth[row] - predicted[row]);
            count += weights[row];
        }
        return sum / count;
    }

    /// <summary>Coefficient of determination: 1 − residual / total sum of squares; NaN when the truth is constant.</summary>
    public double R2(ReadOnlySpan<int> weights)
    {
        double total = 0;
        long count = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            total += weights[row] * truth[row];
            count += weights[row];
        }
        var mean = total / count;
        double residual = 0;
        double spread = 0;
        for (var row = 0; row < truth.Length; row++)
        {
            residual += weights[row] * (truth[row] - predicted[row]) * (truth[row] - predicted[row]);
            spread += weights[row] * (truth[row] - mean) * (truth[row] - mean);
        }
        return spread > 0 ? 1 - (residual / spread) : double.NaN;
    }
}
