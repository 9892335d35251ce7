using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Referee.Files;

namespace Trainable.Bench.Leaks;

/// <summary>
/// Seeded tables without a leak. Their columns are what makes a careless check cry out: strong but honest predictors, common
/// classes, districts whose rows are somewhat alike, measurements that are all distinct, gaps, rounded numbers, past dates.
/// </summary>
internal static class CleanTables
{
    private static readonly int[] Sizes = [200, 600, 2_000, 6_000];

    /// <param name="count">How many.</param>
    public static IEnumerable<LeakTable> Make(int count) => Enumerable.Range(0, count).Select(Make1);

    private static LeakTable Make1(int seed)
    {
        var dice = new Dice(seed);
        var rows = Sizes[seed % Sizes.Length];
        var districts = 10 + dice.Below(60);
        var effects = Enumerable.Range(0, districts).Select(_ => dice.Normal()).ToArray();
        var district = Enumerable.Range(0, rows).Select(_ => dice.Below(districts)).ToArray();
        var hidden = district.Select(one => effects[one] + (1.5 * dice.Normal())).ToArray();
        string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        var columns = new Dictionary<string, string?[]>(StringComparer.Ordinal)
        {
            ["strong"] = [.. hidden.Select(value => Number(value + (0.3 * dice.Normal())))],
            ["middling"] = [.. hidden.Select(value => Number((10 * value) + (20 * dice.Normal())))],
            ["weak"] = [.. hidden.Select(value => Number(value + (6 * dice.Normal())))],
            ["noise"] = [.. hidden.Select(_ => Number(dice.Unit() * 50_000))],
            ["count"] = [.. hidden.Select(_ => $"{dice.Below(8)}")],
            ["colour"] = [.. hidden.Select(value => $"c{(int)Math.Clamp(value + dice.Normal() + 3, 0, 5)}")],
            ["mostly one"] = [.. hidden.Select(_ => dice.Falls(0.99) ? "usual" : "odd")],
            ["district"] = [.. district.Select(one => $"D{one}")],
            ["gaps"] = [.. hidden.Select(value => dice.Falls(value > 0 ? 0.4 : 0.2) ? null : $"{dice.Below(40)}")],
            ["since"] =
            [
                .. hidden.Select(_ =>
                    new DateOnly(2001, 1, 1)
                        .AddDays(dice.Below(8_000))
                        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                ),
            ],
            ["rounded"] = [.. hidden.Select(value => Number(Math.Round(value + (0.5 * dice.Normal()), 1)))],
            // In whole numbers, such as a pixel's brightness: rows of one value are alike, and so are those of the next.
            ["reading"] = [.. hidden.Select(value => $"{(int)(120 + (40 * value) + (10 * dice.Normal()))}")],
            ["remark"] = [.. hidden.Select((_, row) => $"remark number {row} of many")],
        };
        var problem = (seed % 3) switch
        {
            0 => ProblemTypes.Binary,
            1 => ProblemTypes.Regression,
            _ => ProblemTypes.Multiclass,
        };
        var ordered = hidden.Order().ToArray();
        // Of two classes the rarer has 3 to 50 %.
        var cut = ordered[(int)(rows * (1 - (0.03 + (0.47 * dice.Unit()))))];
        columns["target"] = problem switch
        {
            ProblemTypes.Binary => [.. hidden.Select(value => value + (0.3 * dice.Normal()) > cut ? "yes" : "no")],
            ProblemTypes.Multiclass =>
            [
                .. hidden.Select(value =>
                    $"class {(int)Math.Clamp(Math.Floor(value + (0.3 * dice.Normal())) + 2, 0, 3)}"
                ),
            ],
            _ => [.. hidden.Select(value => Number(200 + (30 * value)))],
        };
        return new LeakTable($"seed {seed}", new RawRows([.. columns.Keys], [.. columns.Values]), "target", problem);
    }
}
