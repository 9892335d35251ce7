using System.Globalization;

namespace Trainable.Bench;

/// <summary>One row of the table: what was counted, how often, and what was to be reached.</summary>
internal sealed record Measurement(string What, string Target, string Result, bool Reached, string Runs)
{
    /// <summary>The median of many times in milliseconds, which is to be <paramref name="most"/> at the most.</summary>
    public static Measurement OfTimes(string what, double most, List<double> times, string counted)
    {
        var median = Statistics.Median(times);
        var slow = BenchServer.Format(Statistics.Quantile(times, 0.95), "ms");
        return new Measurement(
            what,
            $"≤ {most} ms",
            BenchServer.Format(median, "ms"),
            median <= most,
            $"{times.Count} {counted}, p95 {slow}"
        );
    }
}

/// <summary>Figures of repeated runs. Medians: these machines are noisy, and a mean is its worst run.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    public static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        var at = share * (sorted.Length - 1);
        var below = (int)Math.Floor(at);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (at - below));
    }

    /// <summary>The runs behind a median, smallest first.</summary>
    public static string Spread(IEnumerable<double> values, string format) =>
        string.Join(" ", values.Order().Select(value => value.ToString(format, CultureInfo.InvariantCulture)));
}
