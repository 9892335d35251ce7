using Trainable.Contracts;
using Trainable.Server.Referee.Checks;

namespace Trainable.Bench.Leaks;

/// <summary>Rows of train that stand in val too, as they are or with noise on their numbers, and splits of unlike rows.</summary>
internal static class RowLeaks
{
    /// <summary>What is done to val, and what the referee has to say.</summary>
    private static readonly (
        string Kind,
        string Strength,
        string Code,
        double Copied,
        double Noise,
        double Moved,
        bool Common
    )[] Kinds =
    [
        ("rows of train in val", "20 % of val", "shared_rows", 0.2, 0, 0, false),
        ("rows of train in val", "1 % of val", "shared_rows", 0.01, 0, 0, false),
        ("rows of train in val with noise", "20 % of val, 0.000001 SD", "near_shared_rows", 0.2, 1e-6, 0, false),
        ("rows of train in val with noise", "20 % of val, 0.0001 SD", "near_shared_rows", 0.2, 1e-4, 0, false),
        ("rows of train in val with noise", "20 % of val, 0.001 SD", "near_shared_rows", 0.2, 1e-3, 0, false),
        ("rows of train in val with noise", "20 % of val, 0.01 SD", "near_shared_rows", 0.2, 1e-2, 0, false),
        ("rows of train in val with noise", "5 % of val, 0.0001 SD", "near_shared_rows", 0.05, 1e-4, 0, false),
        ("rows of train in val with noise", "2 % of val, 0.0001 SD", "near_shared_rows", 0.02, 1e-4, 0, false),
        ("the same among prices and whole numbers", "20 % of val, 0.0001 SD", "near_shared_rows", 0.2, 1e-4, 0, true),
        ("val's numbers moved", "by 1 SD", "split_drift", 0, 0, 1, false),
        ("val's numbers moved", "by 0.5 SD", "split_drift", 0, 0, 0.5, false),
        ("val's numbers moved", "by 0.25 SD", "split_drift", 0, 0, 0.25, false),
    ];

    public static async Task<IReadOnlyList<Tally>> RunAsync(int tables, string scratch)
    {
        var tallies = Kinds.Select(kind => new Tally(kind.Kind, kind.Strength)).ToList();
        var clean = new Tally("nothing", "splits at random");
        var prices = new Tally("nothing", "prices and whole numbers");
        for (var seed = 0; seed < tables; seed++)
        {
            foreach (var (tally, isCommon) in new[] { (clean, false), (prices, true) })
            {
                var found = await CodesAsync(seed, copied: 0, noise: 0, moved: 0, isCommon, scratch);
                // Rows of few values are alike now and then, and it is right to say so; they are no copies.
                tally.Add(isCommon ? found.Contains("near_shared_rows") : found.Count > 0, found);
            }
            foreach (var (index, kind) in Kinds.Index())
            {
                var codes = await CodesAsync(seed, kind.Copied, kind.Noise, kind.Moved, kind.Common, scratch);
                tallies[index].Add(codes.Contains(kind.Code), codes);
            }
        }
        return [.. tallies, clean, prices];
    }

    /// <summary>
    /// Codes of what is said of a seeded table of one to twelve numbers, two of which hang together; where they are common, of
    /// values that many rows have.
    /// </summary>
    private static async Task<HashSet<string>> CodesAsync(
        int seed,
        double copied,
        double noise,
        double moved,
        bool common,
        string scratch
    )
    {
        var dice = new Dice(seed);
        var width = 1 + (seed % 12);
        var rows = new[] { 300, 1_000, 4_000 }[seed % 3];
        double[] Row()
        {
            var row = Enumerable.Range(0, width).Select(_ => dice.Normal()).ToArray();
            if (width > 2)
                row[1] = (2 * row[0]) + 1;
            if (width > 4)
                row[4] = Math.Round(row[4] * 10);
            // Few prices that lie close together, as those of tickets do, and whole numbers.
            for (var column = 0; common && column < width; column++)
                row[column] =
                    column % 2 == 0
                        ? (10 * dice.Below(5)) + (0.004 * dice.Below(3))
                        : Math.Round(20 * Math.Abs(row[column]));
            return row;
        }
        var train = Enumerable.Range(0, rows).Select(_ => Row()).ToList();
        var val = Enumerable
            .Range(0, rows / 4)
            .Select(_ =>
                dice.Falls(copied)
                    ? [.. train[dice.Below(rows)].Select(value => value + (noise * dice.Normal()))]
                    : Row().Select(value => value + moved).ToArray()
            )
            .ToList();
        return await new PreparedSplits(train, Labels(train), val, Labels(val)).CodesAsync(
            scratch,
            (tables, findings) =>
            {
                PrepChecks.CheckTables(tables, PreparedSplits.Names, findings);
                FeatureChecks.Run(
                    tables,
                    "y",
                    ProblemTypes.Binary,
                    new HashSet<string>(StringComparer.Ordinal),
                    findings
                );
                SplitChecks.Run(tables, "y", ProblemTypes.Binary, findings);
            }
        );
    }

    /// <summary>They depend on the numbers alone, so that a copied row has the same one.</summary>
    private static IEnumerable<string> Labels(List<double[]> rows) =>
        rows.Select(row => row[0] + Math.Sin(row[0] * 40) > 0 ? "yes" : "no");
}
