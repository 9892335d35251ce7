namespace Trainable.Server.Referee.Scoring;

/// <summary>A metric of predictions on rows, as a function of how often each row counts.</summary>
/// <returns>NaN where it is not defined for these weights (such as an AUC with one class left).</returns>
internal delegate double WeightedMetric(ReadOnlySpan<int> weights);

/// <summary>
/// The percentile bootstrap (Efron 1979): rows are drawn with replacement, the metric is computed on each draw, and the
/// interval lies between the 2.5th and 97.5th percentile. Draws are counts per row, so no row is ever copied.
/// </summary>
internal static class Resampling
{
    private const int Draws = 1_000;
    private const int DrawsOfAPart = 200;

    public readonly record struct Interval(double Value, double Low, double High, double StandardError);

    /// <summary>Intervals of several metrics over the same draws, in order.</summary>
    public static Interval[] Bootstrap(int rows, int seed, params IReadOnlyList<WeightedMetric> metrics)
    {
        var weights = new int[rows];
        Array.Fill(weights, 1);
        var values = metrics.Select(metric => metric(weights)).ToArray();
        var samples = metrics.Select(_ => new List<double>(Draws)).ToArray();
#pragma warning disable CA5394 // Resampling wants a seed that gives the same interval again, not secrecy.
        var random = new Random(seed);
        for (var draw = 0; draw < Draws; draw++)
        {
            Array.Clear(weights);
            for (var row = 0; row < rows; row++)
                weights[random.Next(rows)]++;
            for (var index = 0; index < metrics.Count; index++)
            {
                var value = metrics[index](weights);
                if (double.IsFinite(value))
                    samples[index].Add(value);
            }
        }
#pragma warning restore CA5394
        return [.. values.Zip(samples, Summarise)];
    }

    /// <summary>The bootstrap standard error of a metric on some of the rows.</summary>
    public static double StandardErrorOn(int[] chosen, int rows, int seed, WeightedMetric metric)
    {
        var weights = new int[rows];
        var samples = new List<double>(DrawsOfAPart);
#pragma warning disable CA5394 // As above.
        var random = new Random(seed);
        for (var draw = 0; draw < DrawsOfAPart; draw++)
        {
            Array.Clear(weights);
            for (var pick = 0; pick < chosen.Length; pick++)
                weights[chosen[random.Next(chosen.Length)]]++;
            if (metric(weights) is var value && double.IsFinite(value))
                samples.Add(value);
        }
#pragma warning restore CA5394
        return samples.Count > 1 ? Summarise(double.NaN, samples).StandardError : double.PositiveInfinity;
    }

    private static Interval Summarise(double value, List<double> samples)
    {
        if (samples.Count == 0)
            return new Interval(value, value, value, 0);
        samples.Sort();
        var mean = samples.Average();
        var variance = samples.Sum(sample => (sample - mean) * (sample - mean)) / Math.Max(1, samples.Count - 1);
        return new Interval(value, Percentile(samples, 0.025), Percentile(samples, 0.975), Math.Sqrt(variance));
    }

    /// <summary>Linear interpolation between order statistics, as numpy's default has it.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double share)
    {
        var position = share * (sorted.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (position - below));
    }
}
