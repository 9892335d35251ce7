using Trainable.Contracts;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>
/// Predicted beside observed shares. Of a binary problem: the positive class's probability and how often it came. Otherwise:
/// the probability of the likeliest class and how often that was right.
/// </summary>
internal static class CalibrationBins
{
    private const int MostBins = 10;
    private const int FewestRows = 10;

    /// <summary>The normal quantile of a 95 % interval.</summary>
    private const double Z = 1.959963984540054;

    public static Calibration Of(HeldPredictions.Classes held)
    {
        var pairs = Enumerable
            .Range(0, held.Rows)
            .Select(row => Pair(held, row))
            .OrderBy(pair => pair.Probability)
            .ToArray();
        var bins = Math.Clamp(pairs.Length / FewestRows, 1, MostBins);
        var measured = new List<CalibrationBin>(bins);
        var start = 0;
        for (var bin = 1; bin <= bins; bin++)
        {
            var end = Math.Max(start, pairs.Length * bin / bins);
            // On to the end of the rows of one probability: their order says nothing.
            while (end > 0 && end < pairs.Length && pairs[end].Probability.Equals(pairs[end - 1].Probability))
                end++;
            if (end > start)
                measured.Add(Measure(pairs[start..end]));
            start = end;
        }
        return new Calibration
        {
            Bins = measured,
            ExpectedError = measured.Sum(bin => bin.Rows * Math.Abs(bin.Predicted - bin.Observed)) / pairs.Length,
        };
    }

    private static (double Probability, bool Came) Pair(HeldPredictions.Classes held, int row)
    {
        if (held.Labels.Count == 2)
            return (held.Probability(row, held.Positive), held.Truth[row] == held.Positive);
        var likeliest = 0;
        for (var label = 1; label < held.Labels.Count; label++)
            likeliest = held.Probability(row, label) > held.Probability(row, likeliest) ? label : likeliest;
        return (held.Probability(row, likeliest), held.Truth[row] == likeliest);
    }

    /// <summary>Wilson's score interval (1927), which stays within 0 and 1 and is right for few rows.</summary>
    private static CalibrationBin Measure((double Probability, bool Came)[] rows)
    {
        double count = rows.Length;
        var observed = rows.Count(row => row.Came) / count;
        var centre = (observed + (Z * Z / (2 * count))) / (1 + (Z * Z / count));
        var half =
            Z / (1 + (Z * Z / count)) * Math.Sqrt((observed * (1 - observed) / count) + (Z * Z / (4 * count * count)));
        return new CalibrationBin(
            rows.Average(row => row.Probability),
            observed,
            Math.Max(0, centre - half),
            Math.Min(1, centre + half),
            rows.Length
        );
    }
}
