using Trainable.Contracts;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>What can be said of predicted numbers beyond their metrics.</summary>
internal static class RegressionParts
{
    private const int MostPoints = 500;
    private const int Bins = 31;
    private static readonly double[] Shares = [0.5, 0.8, 0.9, 0.95];

    public static RegressionEvaluation Of(HeldPredictions.Numbers held)
    {
        var errors = held.Predicted.Zip(held.Truth, (predicted, truth) => predicted - truth).Order().ToArray();
        var sizes = errors.Select(Math.Abs).Order().ToArray();
        return new RegressionEvaluation
        {
            Points = Points(held),
            Residuals = Histogram(errors),
            AbsoluteErrors = [.. Shares.Select(share => new ErrorQuantile(share, Resampling.Percentile(sizes, share)))],
        };
    }

    private static TruthAndPrediction[] Points(HeldPredictions.Numbers held)
    {
        var count = Math.Min(held.Rows, MostPoints);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(point => (int)((long)point * held.Rows / count))
                .Select(row => new TruthAndPrediction(held.Truth[row], held.Predicted[row])),
        ];
    }

    /// <param name="errors">In rising order.</param>
    private static HistogramBin[] Histogram(double[] errors)
    {
        var low = Resampling.Percentile(errors, 0.01);
        var high = Resampling.Percentile(errors, 0.99);
        var width = (high - low) / Bins;
        if (!(width > 0) || !double.IsFinite(width))
            return [new HistogramBin(errors[0], errors[^1], errors.Length)];
        var counts = new int[Bins];
        foreach (var error in errors)
            counts[(int)Math.Clamp((error - low) / width, 0, Bins - 1)]++;
        return
        [
            .. counts.Select(
                (rows, bin) =>
                    new HistogramBin(
                        bin == 0 ? errors[0] : low + (bin * width),
                        bin == Bins - 1 ? errors[^1] : low + ((bin + 1) * width),
                        rows
                    )
            ),
        ];
    }
}
