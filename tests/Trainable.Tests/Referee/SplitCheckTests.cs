using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee;
using Trainable.Server.Referee.Checks;
using Trainable.Server.Referee.Files;

namespace Trainable.Tests.Referee;

/// <summary>
/// Each check of Prep's splits has a pair of tables that must trip it and one, much like it, that must not. A table is SQL
/// over the row numbers <c>i</c> and a number <c>u</c> from 0 to 1 that looks random and is the same every time.
/// </summary>
public sealed class SplitCheckTests : IDisposable
{
    private const string Honest =
        "u AS size, CASE WHEN u3 < 0.5 THEN 'red' ELSE 'blue' END AS colour, IF(u2 < 0.4, 'yes', 'no') AS y";

    private const string Wide = "u AS a, u3 * 9 AS b, IF(u2 < 0.4, 'yes', 'no') AS y";

    /// <summary>Prices that lie close to one another, as those of tickets do, and whole numbers.</summary>
    private const string Prices =
        "10 * floor(u * 5) + 0.004 * floor(u4 * 3) AS price, round(u3 * 60) AS age, floor(u4 * 3000) % 20 AS visits, "
        + "IF(u2 < 0.4, 'yes', 'no') AS y";

    /// <summary>The same, where one row in five has a price of its own near the common ones.</summary>
    private const string Fares =
        "10 * floor(u * 5) + IF(u4 < 0.8, 0.03 * floor(u4 * 20), 0.5 * u2) AS price, round(u3 * 60) AS age, "
        + "IF(u2 < 0.4, 'yes', 'no') AS y";

    private readonly string _root = Directory.CreateTempSubdirectory("trainable-").FullName;

    [Theory]
    [InlineData("shared_rows", Honest, "SELECT * FROM train LIMIT 30")]
    [InlineData("near_shared_rows", Honest, "SELECT size * (1 + 1e-9) AS size, colour, y FROM train LIMIT 100")]
    [InlineData(
        "near_shared_rows",
        Wide,
        "(SELECT a + 0.00003 * sin(a * 1e6) AS a, b + 0.00003 * sin(b * 1e6) AS b, y FROM train LIMIT 80) UNION ALL SELECT * FROM honest_val"
    )]
    [InlineData(
        "near_shared_rows",
        Prices,
        "(SELECT price + 0.0001 * sin(age * 1e6 + price * 1e4) AS price, age, visits, y FROM train LIMIT 60) UNION ALL SELECT * FROM honest_val"
    )]
    [InlineData(
        "near_shared_rows",
        Fares,
        "(SELECT price + 0.0001 * sin(age * 1e6 + price * 1e4) AS price, age, y FROM train LIMIT 60) UNION ALL SELECT * FROM honest_val"
    )]
    [InlineData("constant_columns", $"1.5 AS fixed, {Honest}", null)]
    [InlineData("train_only_columns", $"IF(side = 'train' AND u4 < 0.3, 1, 0) AS promo, {Honest}", null)]
    [InlineData("split_drift", $"u + IF(side = 'val', 0.5, 0) AS shifted, {Honest}", null)]
    [InlineData("split_drift", $"IF(u4 < IF(side = 'val', 0.9, 0.4), 'web', 'shop') AS channel, {Honest}", null)]
    [InlineData("target_shift", "u AS size, IF(u2 < IF(side = 'val', 0.9, 0.4), 'yes', 'no') AS y", null)]
    [InlineData("tiny_classes", "u AS size, IF(i < 4, 'rare', IF(u2 < 0.4, 'yes', 'no')) AS y", null)]
    [InlineData("unseen_classes", "u AS size, IF(side = 'val' AND i < 9, 'new', IF(u2 < 0.4, 'yes', 'no')) AS y", null)]
    [InlineData("single_feature_leak", $"IF(u2 < 0.4, 1, 0) AS encoded, {Honest}", null)]
    [InlineData("split_ratio", Honest, "SELECT * FROM honest_val LIMIT 4000", 4_000)]
    public async Task WhatIsWrongWithTheSplitsIsNamed(string code, string rows, string? val, int valRows = 400) =>
        (await CodesAsync(rows, val, valRows)).ShouldContain(code);

    [Theory]
    [InlineData(Honest)]
    [InlineData(Wide)]
    [InlineData($"{Wide}, 2 * u AS twice, u * u AS squared")]
    [InlineData(
        "round(u * 50) AS age, round(u3 * 90000) / 10 AS price, u4 < 0.5 AS member, IF(u2 < 0.4, 'yes', 'no') AS y"
    )]
    [InlineData($"{Honest}, u + 0.02 * IF(side = 'val', 1, 0) AS hardly_shifted")]
    [InlineData($"{Honest}, IF(i = 7, 1, 0) AS once_in_train")]
    [InlineData($"{Honest}, IF(u4 < 0.9, 'web', 'shop') AS channel")]
    [InlineData($"{Honest}, 'name ' || i AS free_text")]
    [InlineData($"{Honest}, IF(u2 < 0.4 AND u4 < 0.9, 1, 0) AS strong_but_honest")]
    [InlineData("u AS size, IF(i % 40 = 0, 'rare', IF(u2 < 0.4, 'yes', 'no')) AS y")]
    public async Task HonestSplitsRaiseNothing(string rows) => (await CodesAsync(rows)).ShouldBeEmpty();

    [Theory]
    [InlineData(Prices)]
    [InlineData(Fares)]
    public async Task RowsBetweenWhosePricesIsLittleAreNoCopies(string rows) =>
        (await CodesAsync(rows)).ShouldNotContain("near_shared_rows");

    [Theory]
    [InlineData("target_shift", "u AS size, u2 * 10 + IF(side = 'val', 9, 0) AS y", true)]
    [InlineData("target_shift", "u AS size, u2 * 10 AS y", false)]
    [InlineData("single_feature_leak", "u AS size, u2 * 3 - 7 AS encoded, u2 * 10 AS y", true)]
    [InlineData("single_feature_leak", "u AS size, u2 * 3 + u AS noisy, u2 * 10 AS y", false)]
    public async Task ANumberAsTargetIsLookedAtLikewise(string code, string rows, bool isNamed) =>
        (await CodesAsync(rows, problem: ProblemTypes.Regression)).Contains(code).ShouldBe(isNamed);

    [Theory]
    [InlineData("roc_auc", true, 0.9999, 0.5, true)]
    [InlineData("roc_auc", true, 0.99, 0.5, false)]
    [InlineData("rmse", false, 0.4, 100, true)]
    [InlineData("rmse", false, 30, 100, false)]
    [InlineData("log_loss", false, 0.001, 0.69, true)]
    [InlineData("log_loss", false, 0.3, 0.69, false)]
    public void PerfectionIsSuspected(string metric, bool higher, double value, double baseline, bool isNamed) =>
        ScoreChecks
            .Judge(Score(metric, higher, value, baseline, claimed: null))
            .Warnings.Any(one => one.Code == "suspicious_perfection" && one.Evidence is not null)
            .ShouldBe(isNamed);

    [Theory]
    [InlineData("roc_auc", true, 0.8, "0.99", true)]
    [InlineData("roc_auc", true, 0.8, "0.82", false)]
    [InlineData("roc_auc", true, 0.8, "0.5", false)]
    [InlineData("roc_auc", true, 0.8, "\"0.99\"", false)]
    [InlineData("rmse", false, 10, "1", true)]
    [InlineData("rmse", false, 10, "9.95", false)]
    public void AClaimBeyondChanceIsNamed(string metric, bool higher, double value, string claimed, bool isNamed) =>
        ScoreChecks
            .Judge(Score(metric, higher, value, baseline: 5, $$"""{"{{metric}}": {{claimed}}}"""))
            .Warnings.Any(one => one.Code == "claim_differs" && one.Evidence is not null)
            .ShouldBe(isNamed);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Codes of warnings and errors, each of which has to have a sentence.</summary>
    private async Task<string[]> CodesAsync(
        string rows,
        string? val = null,
        int valRows = 400,
        string problem = ProblemTypes.Binary
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Directory.CreateDirectory(Path.Combine(_root, "prep", "data")).FullName;
        using (var writer = TableDatabase.Open(new TableAccess([data], data, 1L << 28), cancellation))
        {
            writer.Execute($"CREATE TABLE train AS {Select(rows, "train", 2_000)}");
            writer.Execute($"CREATE TABLE honest_val AS {Select(rows, "val", valRows)}");
            writer.Execute($"CREATE TABLE val AS {val ?? "SELECT * FROM honest_val"}");
            foreach (var split in new[] { "train", "val" })
                writer.Execute($"COPY {split} TO {TableDatabase.Literal($"{data}/{split}.parquet")} (FORMAT parquet)");
        }
        var findings = new Findings();
        using var tables = SplitTables.Open(
            new Workbench(new TrainableHome(Path.Combine(_root, "home"))),
            [],
            cancellation
        );
        foreach (var split in new[] { "train", "val" })
            (await tables.LoadAsync(Path.Combine(_root, "prep"), split, findings, cancellation)).ShouldBeTrue();
        PrepChecks.CheckTables(tables, ["train", "val"], findings);
        FeatureChecks.Run(tables, "y", problem, new HashSet<string>(StringComparer.Ordinal), findings);
        SplitChecks.Run(tables, "y", problem, findings);
        var report = findings.Report(Stages.Prep);
        report.Warnings.Concat(report.Errors).ShouldAllBe(one => one.Message.EndsWith('.'));
        return [.. report.Warnings.Concat(report.Errors).Select(one => one.Code)];
    }

    private static string Select(string columns, string side, int rows)
    {
        var seeds = string.Join(
            ", ",
            Enumerable
                .Range(1, 4)
                .Select(salt =>
                    $"hash(i || '{side} ' || {salt}) / 18446744073709551615.0 AS u{(salt == 1 ? "" : salt)}"
                )
        );
        return $"SELECT {columns} FROM (SELECT i, '{side}' AS side, {seeds} FROM range({rows}) AS numbers(i))";
    }

    private static ScoreReport Score(string metric, bool higher, double value, double baseline, string? claimed) =>
        new()
        {
            ProblemType = higher ? ProblemTypes.Binary : ProblemTypes.Regression,
            Metric = metric,
            HigherIsBetter = higher,
            Value = value,
            Low = value,
            High = value,
            StandardError = value * 0.01,
            Baseline = baseline,
            BaselineLow = baseline,
            BaselineHigh = baseline,
            Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { [metric] = value },
            Rows = 100,
            Holdout = HoldoutModes.Host,
            TestSetWasOpen = false,
            Claimed = claimed is null ? null : System.Text.Json.JsonDocument.Parse(claimed).RootElement,
        };
}
