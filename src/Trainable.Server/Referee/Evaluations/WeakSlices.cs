using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>
/// Finds groups of rows, by one raw column each, on which a model does clearly worse: levels of columns with few of them, and
/// quarters of numeric ones. A slice counts when it lies more than three bootstrap standard errors on the bad side of the
/// overall value: of the hundred or so slices that are looked at, chance alone then rarely makes one.
/// </summary>
internal static class WeakSlices
{
    private const int FewestRows = 25;
    private const int MostLevels = 20;
    private const int MostColumns = 200;
    private const int Candidates = 20;
    private const int Shown = 10;
    private const double Strictness = 3;
    private static readonly double[] Quartiles = [0.25, 0.5, 0.75];

    private sealed record Slice(string Column, string Description, int[] Rows, double Value);

    public static List<WeakSlice> Of(HeldPredictions held, RawRows raw, string target, string metric, int seed)
    {
        var measure = held.Find(metric).Model;
        var overall = measure(Weights(held.Rows, null));
        var sign = MetricNames.HigherIsBetter(metric) ? 1 : -1;
        var slices = raw
            .Columns.Index()
            .Where(column => column.Item != target)
            .Take(MostColumns)
            .SelectMany(column => Split(column.Item, held, raw.Values[column.Index]))
            .Where(slice => slice.Rows.Length >= FewestRows && slice.Rows.Length < held.Rows)
            .Select(slice => new Slice(
                slice.Column,
                slice.Description,
                slice.Rows,
                measure(Weights(held.Rows, slice.Rows))
            ))
            .Where(slice => double.IsFinite(slice.Value))
            .ToList();
        return
        [
            .. slices
                .Where(slice => sign * (overall - slice.Value) > 0)
                .OrderByDescending(slice => sign * (overall - slice.Value) * Math.Sqrt(slice.Rows.Length))
                .Take(Candidates)
                .Select(slice => Judge(slice, measure, overall, held.Rows, seed))
                .Where(slice => sign > 0 ? slice.High < overall : slice.Low > overall)
                .Take(Shown),
        ];
    }

    /// <summary>The levels, or the quarters, of a column; rows are indices of the predictions.</summary>
    private static IEnumerable<(string Column, string Description, int[] Rows)> Split(
        string column,
        HeldPredictions held,
        string?[] values
    )
    {
        var own = Enumerable.Range(0, held.Rows).Select(row => values[held.Position(row)]).ToArray();
        var levels = own.Distinct(StringComparer.Ordinal).Take(MostLevels + 1).Count();
        return levels <= MostLevels ? Levels(column, own) : Quarters(column, own);
    }

    private static IEnumerable<(string Column, string Description, int[] Rows)> Levels(
        string column,
        string?[] values
    ) =>
        Enumerable
            .Range(0, values.Length)
            .GroupBy(row => values[row], StringComparer.Ordinal)
            .Select(group =>
                (column, group.Key is { } level ? $"is {ShownText.Cut(level)}" : "is missing", group.ToArray())
            );

    private static IEnumerable<(string Column, string Description, int[] Rows)> Quarters(
        string column,
        string?[] values
    )
    {
        var numbers = values.Select(WrittenNumber.Read).ToArray();
        int[] missing = [.. Enumerable.Range(0, values.Length).Where(row => values[row] is null)];
        if (missing.Length > 0)
            yield return (column, "is missing", missing);
        int[] known = [.. Enumerable.Range(0, values.Length).Where(row => numbers[row] is not null)];
        // Text with many values has no order to cut it by.
        if (known.Length + missing.Length < values.Length || known.Length == 0)
            yield break;
        var sorted = known.Select(row => numbers[row]!.Value).Order().ToArray();
        double[] cuts = [.. Quartiles.Select(share => Resampling.Percentile(sorted, share)).Distinct()];
        foreach (var group in known.GroupBy(row => cuts.Count(cut => numbers[row] > cut)))
            yield return (column, Range(cuts, group.Key), group.ToArray());
    }

    private static string Range(double[] cuts, int part)
    {
        string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
        if (part == 0)
            return $"is at most {Text(cuts[0])}";
        return part == cuts.Length
            ? $"is over {Text(cuts[^1])}"
            : $"is over {Text(cuts[part - 1])}, at most {Text(cuts[part])}";
    }

    private static WeakSlice Judge(Slice slice, WeightedMetric measure, double overall, int rows, int seed)
    {
        var reach = Strictness * Resampling.StandardErrorOn(slice.Rows, rows, seed, measure);
        return new WeakSlice(
            slice.Column,
            slice.Description,
            slice.Rows.Length,
            slice.Value,
            slice.Value - reach,
            slice.Value + reach,
            overall
        );
    }

    private static int[] Weights(int rows, int[]? chosen)
    {
        var weights = new int[rows];
        if (chosen is null)
            Array.Fill(weights, 1);
        else
            foreach (var row in chosen)
                weights[row] = 1;
        return weights;
    }
}
