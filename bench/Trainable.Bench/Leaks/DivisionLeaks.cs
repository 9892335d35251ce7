using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Referee.Checks;

namespace Trainable.Bench.Leaks;

/// <summary>Splits that were to keep groups whole, or the latest rows for val, and in part do not.</summary>
internal static class DivisionLeaks
{
    /// <summary>Who is divided by, and of val's rows the share that was exchanged for any others.</summary>
    private static readonly (string Kind, string Strength, bool ByTime, double Exchanged)[] Kinds =
    [
        ("groups divided", "at random", false, 1),
        ("groups divided", "20 % of val's rows", false, 0.2),
        ("groups divided", "5 % of val's rows", false, 0.05),
        ("groups divided", "one row", false, 0),
        ("later rows in train", "at random", true, 1),
        ("later rows in train", "50 % of val's rows", true, 0.5),
        ("later rows in train", "30 % of val's rows", true, 0.3),
        ("later rows in train", "10 % of val's rows", true, 0.1),
    ];

    public static async Task<IReadOnlyList<Tally>> RunAsync(int tables, string scratch)
    {
        var tallies = Kinds.Select(kind => new Tally(kind.Kind, kind.Strength)).ToList();
        var whole = new Tally("nothing", "groups kept whole");
        var later = new Tally("nothing", "the latest rows in val");
        for (var seed = 0; seed < tables; seed++)
        {
            foreach (var (tally, byTime) in new[] { (whole, false), (later, true) })
            {
                var found = await CodesAsync(seed, byTime, exchanged: null, scratch);
                tally.Add(found.Count > 0, found);
            }
            foreach (var (index, kind) in Kinds.Index())
            {
                var found = await CodesAsync(seed, kind.ByTime, kind.Exchanged, scratch);
                tallies[index].Add(found.Contains(kind.ByTime ? "time_split" : "group_split"), found);
            }
        }
        return [.. tallies, whole, later];
    }

    /// <summary>
    /// Codes of what is said of a seeded table whose rows each have a group and a day. In every second one many rows are alike;
    /// in every third, train has made-up rows.
    /// </summary>
    private static async Task<HashSet<string>> CodesAsync(int seed, bool byTime, double? exchanged, string scratch)
    {
        var dice = new Dice(seed);
        var rows = new[] { 300, 1_000, 4_000 }[seed % 3];
        var groups = Enumerable.Range(0, rows).Select(_ => dice.Below(rows / 8)).ToArray();
        var days = Enumerable.Range(0, rows).Select(_ => dice.Below(900)).ToArray();
        var numbers = Enumerable
            .Range(0, rows)
            .Select(_ => new[] { seed % 2 == 0 ? dice.Normal() : dice.Below(rows / 4), (double)dice.Below(5) })
            .ToArray();
        var labels = numbers.Select(row => dice.Falls(row[0] > 0 ? 0.7 : 0.3) ? "yes" : "no").ToArray();

        var order = Enumerable.Range(0, rows).OrderBy(row => byTime ? days[row] : groups[row]).ToArray();
        var cut = order.Length * 82 / 100;
        // Between two groups, or two days.
        while (cut < rows && Key(order[cut]) == Key(order[cut - 1]))
            cut++;
        if (exchanged is { } share)
        {
            var moved = Math.Max(1, (int)(share * (rows - cut)));
            for (var times = 0; times < moved; times++)
            {
                var (one, other) = (dice.Below(cut), cut + (share == 1 ? times : dice.Below(rows - cut)));
                (order[one], order[other]) = (order[other], order[one]);
            }
        }
        var (train, val) = (order[..cut], order[cut..]);

        double[][] madeUp =
            seed % 3 == 0 ? [.. Enumerable.Range(0, cut / 5).Select(_ => new[] { 0.5 + dice.Normal(), 9 })] : [];
        return await new PreparedSplits(
            [.. train.Select(row => numbers[row]), .. madeUp],
            [.. train.Select(row => labels[row]), .. madeUp.Select(_ => "yes")],
            [.. val.Select(row => numbers[row])],
            val.Select(row => labels[row])
        )
        {
            Transformed = numbers,
        }.CodesAsync(
            scratch,
            (tables, findings) =>
                DivisionCheck.Run(
                    new Division("divided by", byTime),
                    [.. (byTime ? days : groups).Select(Text)],
                    RowOrigins.Find(tables, [.. labels], "y", ProblemTypes.Binary)!,
                    findings
                )
        );

        int Key(int row) => byTime ? days[row] : groups[row];
        string Text(int value) =>
            byTime
                ? new DateOnly(2020, 1, 1).AddDays(value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                : $"G{value}";
    }
}
