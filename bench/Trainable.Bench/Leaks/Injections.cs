using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;

namespace Trainable.Bench.Leaks;

/// <summary>One way to make a column that gives the target away.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Strength">How plain, the plainest first.</param>
/// <param name="Codes">What the referee may call it.</param>
/// <param name="Make">The column, from a table and chance; null where the table has no place for it.</param>
internal sealed record Injection(string Kind, string Strength, string[] Codes, Func<LeakTable, Dice, string?[]?> Make);

/// <summary>The leaks that are tried, each on every table of its kind of target.</summary>
internal static class Injections
{
    private static readonly string[] Leak = ["target_copy", "single_feature_leak"];
    private static readonly string[] Key = ["id_column", "single_feature_leak", "target_copy"];

    public static readonly IReadOnlyList<Injection> All =
    [
        new("target under other words", "exact", ["target_copy"], (table, dice) => Renamed(table, dice)),
        new(
            "target, several words for each class",
            "exact",
            Leak,
            (table, dice) => OfClasses(table, (label, _) => $"{Code(label)}-{dice.Below(3)}")
        ),
        .. Each([0.002, 0.005, 0.01, 0.02, 0.05], "0.# %")
            .Select(wrong => new Injection(
                "target with some rows wrong",
                $"{wrong.Text} wrong",
                Leak,
                (table, dice) => Wrong(table, dice, wrong.Value)
            )),
        .. Each([0.1, 0.25, 0.5, 1], "0.##")
            .Select(noise => new Injection(
                "a score of the class",
                $"noise {noise.Text} of the distance",
                Leak,
                (table, dice) => Scored(table, dice, noise.Value)
            )),
        .. Each([0, 0.01, 0.05], "0 %")
            .Select(wrong => new Injection(
                "filled in afterwards",
                $"{wrong.Text} wrong",
                ["telling_gaps"],
                (table, dice) => Filled(table, dice, wrong.Value)
            )),
        new(
            "target in another unit",
            "exact",
            ["target_copy"],
            (table, _) => OfNumbers(table, value => (value * 3.6) - 40)
        ),
        new("target re-encoded, rising", "cube root", Leak, (table, _) => OfNumbers(table, Math.Cbrt)),
        new(
            "target re-encoded, rising",
            "exponential",
            Leak,
            (table, _) => OfNumbers(table, value => Math.Exp(value / 50))
        ),
        .. Each([0.001, 0.01, 0.03, 0.1], "0.# %")
            .Select(noise => new Injection(
                "target with noise",
                $"{noise.Text} of its spread",
                Leak,
                (table, dice) => Noisy(table, dice, noise.Value)
            )),
        .. new[] { 100, 30, 10 }.Select(bins => new Injection(
            "target in bins",
            $"{bins}",
            Leak,
            (table, _) => Binned(table, bins)
        )),
        .. Each([0, 0.05, 0.1, 0.2], "0 %")
            .Select(mixed => new Injection(
                "a key that binds rows of one target (three each)",
                $"{mixed.Text} at random",
                ["group_leak"],
                (table, dice) => Grouped(table, dice, mixed.Value)
            )),
        .. Each([0, 0.05, 0.2, 1], "0 %")
            .Select(mixed => new Injection(
                "row numbers in the order of the target",
                $"{mixed.Text} at random",
                Key,
                (table, dice) => Numbered(table, dice, mixed.Value)
            )),
        .. new[] { 1, 2, 3, 10 }.Select(size => new Injection(
            "mean of the target over the row's group, later rows too",
            $"{size} rows each",
            [.. Leak, "target_encoding"],
            (table, dice) => Mean(table, dice, size)
        )),
        .. Each([1, 0.1, 0.01], "0 %")
            .Select(share => new Injection(
                "dates that have not come yet",
                $"{share.Text} of the rows",
                ["future_dates"],
                (table, dice) => Dated(table, dice, share.Value)
            )),
    ];

    private static IEnumerable<(double Value, string Text)> Each(double[] values, string format) =>
        values.Select(value => (value, value.ToString(format, CultureInfo.InvariantCulture)));

    private static string Code(string label) =>
        $"x{(uint)label.Aggregate(17, (sum, letter) => unchecked((sum * 31) + letter)) % 9_973}";

    private static string?[]? OfClasses(LeakTable table, Func<string, int, string?> make) =>
        table.Problem == ProblemTypes.Regression
            ? null
            : [.. table.Answers.Select((label, row) => label is null ? null : make(label, row))];

    private static string?[] Renamed(LeakTable table, Dice dice)
    {
        var labels = table.Answers.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var codes = dice.Shuffled(Enumerable.Range(0, labels.Count));
        var words = labels
            .Zip(codes)
            .ToDictionary(pair => pair.First, pair => $"code {pair.Second}", StringComparer.Ordinal);
        // A target of numbers that are all distinct has no other words that could be told from an id.
        return [.. table.Answers.Select(label => label is null ? null : words[label])];
    }

    private static string?[]? Wrong(LeakTable table, Dice dice, double share)
    {
        var labels = table.Answers.OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return OfClasses(table, (label, _) => Code(dice.Falls(share) ? labels[dice.Below(labels.Count)] : label));
    }

    private static string?[]? Scored(LeakTable table, Dice dice, double noise)
    {
        var labels = table
            .Answers.OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        return table.Problem == ProblemTypes.Binary
            ? OfClasses(table, (label, _) => Text(labels.IndexOf(label) + (noise / 2 * dice.Normal())))
            : null;
    }

    private static string?[]? Filled(LeakTable table, Dice dice, double wrong)
    {
        if (table.Problem != ProblemTypes.Binary)
            return null;
        var first = table.Answers.OfType<string>().First();
        return OfClasses(table, (label, _) => label == first != dice.Falls(wrong) ? $"{dice.Below(500)}" : null);
    }

    private static string?[]? OfNumbers(LeakTable table, Func<double, double> make) =>
        table.Problem != ProblemTypes.Regression
            ? null
            : [.. table.Answers.Select(text => WrittenNumber.Read(text) is { } value ? Text(make(value)) : null)];

    private static string?[]? Noisy(LeakTable table, Dice dice, double share)
    {
        var values = table.Answers.Select(WrittenNumber.Read).OfType<double>().ToList();
        if (table.Problem != ProblemTypes.Regression)
            return null;
        var mean = values.Average();
        var spread = Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
        return OfNumbers(table, value => value + (share * spread * dice.Normal()));
    }

    private static string?[]? Binned(LeakTable table, int bins)
    {
        if (table.Problem != ProblemTypes.Regression)
            return null;
        var order = Ordered(table);
        var labels = new string?[table.Rows.Count];
        foreach (var (place, row) in order.Index())
            labels[row] = Code($"bin {place * bins / order.Count}");
        return labels;
    }

    private static string?[] Grouped(LeakTable table, Dice dice, double mixed)
    {
        const int size = 3;
        var order = Ordered(table);
        var groups = new string?[table.Rows.Count];
        foreach (var (place, row) in order.Index())
            groups[row] = $"G{(dice.Falls(mixed) ? dice.Below(order.Count) : place) / size}";
        return groups;
    }

    private static string?[] Numbered(LeakTable table, Dice dice, double mixed)
    {
        var order = Ordered(table).ToArray();
        var moved = Enumerable.Range(0, order.Length).Where(_ => dice.Falls(mixed)).ToArray();
        var rows = dice.Shuffled(moved.Select(place => order[place]));
        foreach (var (index, place) in moved.Index())
            order[place] = rows[index];
        var numbers = new string?[table.Rows.Count];
        foreach (var (place, row) in order.Index())
            numbers[row] = $"{place + 1_000}";
        return numbers;
    }

    private static string?[]? Mean(LeakTable table, Dice dice, int size)
    {
        var first = table.Answers.OfType<string>().First();
        var values = table
            .Answers.Select(text =>
                text is null ? (double?)null
                : table.Problem == ProblemTypes.Regression ? WrittenNumber.Read(text)
                : text == first ? 1
                : 0
            )
            .ToArray();
        var means = new string?[values.Length];
        foreach (var group in dice.Shuffled(Enumerable.Range(0, values.Length)).Chunk(size))
        {
            var mean = group.Average(row => values[row] ?? 0);
            foreach (var row in group)
                means[row] = Text(mean);
        }
        return table.Problem == ProblemTypes.Multiclass ? null : means;
    }

    private static string?[] Dated(LeakTable table, Dice dice, double share) =>
        [
            .. table.Answers.Select(_ =>
                new DateOnly(dice.Falls(share) ? 2190 : 2010, 1, 1)
                    .AddDays(dice.Below(2_000))
                    .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            ),
        ];

    /// <summary>Rows with a target in its order; classes by name.</summary>
    private static List<int> Ordered(LeakTable table)
    {
        var known = Enumerable.Range(0, table.Rows.Count).Where(row => table.Answers[row] is not null);
        return table.Problem == ProblemTypes.Regression
            ? [.. known.OrderBy(row => WrittenNumber.Read(table.Answers[row]) ?? 0)]
            : [.. known.OrderBy(row => table.Answers[row], StringComparer.Ordinal)];
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
