using Trainable.Contracts;
using Trainable.Server.Datasets.Holdout;

namespace Trainable.Tests.Datasets;

public sealed class HoldoutTests : IDisposable
{
    private readonly DatasetLab _lab = new();

    [Fact]
    public async Task HeldAndWorkingRowsAreTheWholeTableInItsOrder()
    {
        var text = Tables.Numbered(1000);
        var dataset = await _lab.AddAsync(text);
        dataset.Held.Length.ShouldBe(150);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        dataset.Working.ShouldBe(lines.Except(dataset.Held));
        dataset.Held.ShouldBe(lines.Except(dataset.Working));
        dataset.Manifest.Holdout.Strategy.ShouldBe(HoldoutStrategies.Random);
        var bits = new System.Collections.BitArray(File.ReadAllBytes(dataset.Paths.HeldRows));
        lines.Where((_, row) => bits[row]).ShouldBe(dataset.Held);
    }

    [Fact]
    public async Task TheSameBytesAndSeedHoldTheSameRowsAndAnotherSeedOthers()
    {
        var text = Tables.Numbered(1000);
        var first = await _lab.AddAsync(text);
        (await _lab.AddAsync(text)).Held.ShouldBe(first.Held);
        (await _lab.AddAsync(text, new ExperimentOptions { Seed = 7 })).Held.ShouldNotBe(first.Held);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var reversed = string.Join('\n', lines[1..].Reverse().Prepend(lines[0]));
        (await _lab.AddAsync(reversed)).Held.Reverse().ShouldBe(first.Held);
    }

    [Fact]
    public async Task ANamedClassIsHeldInProportion()
    {
        var text = Tables.Csv("x,y", 1000, i => $"{i},{(i % 10 == 0 ? "rare" : "common")}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y" });
        dataset.Held.Count(row => row.EndsWith("rare", StringComparison.Ordinal)).ShouldBe(15);
        dataset.Held.Length.ShouldBe(150);
        dataset.Manifest.Holdout.Strategy.ShouldBe(HoldoutStrategies.Stratified);
        dataset.Manifest.Holdout.Reason.ShouldBe(
            "150 of 1,000 rows (15 %) are held to measure models on: stratified by `y` (seed 42), identical rows on one side."
        );
    }

    [Fact]
    public async Task ANumericTargetIsHeldOverItsWholeRange()
    {
        var text = Tables.Csv("x,y", 1000, i => $"{i % 17},{i * 0.5}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y" });
        var bins = dataset.Held.CountBy(row => (int)(double.Parse(row.Split(',')[1]) / 50));
        bins.ShouldAllBe(bin => bin.Value >= 14 && bin.Value <= 16);
        dataset.Manifest.Holdout.Strategy.ShouldBe(HoldoutStrategies.Quantiles);
    }

    [Fact]
    public async Task RowsWithoutATargetAreNeverHeld()
    {
        var text = Tables.Csv("x,y", 400, i => $"{i},{(i % 2 == 0 ? i % 3 == 0 ? "NA" : "" : i % 5 == 0 ? "a" : "b")}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y" });
        dataset.Held.Length.ShouldBe(30);
        dataset.Held.ShouldAllBe(row => row.EndsWith('a') || row.EndsWith('b'));
    }

    [Fact]
    public async Task IdenticalRowsAreOnOneSide()
    {
        var text = Tables.Csv("x,y", 600, i => $"{i % 100},{i % 2}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y" });
        dataset.Held.Intersect(dataset.Working).ShouldBeEmpty();
        dataset.Held.Length.ShouldBeInRange(84, 90);
    }

    [Fact]
    public async Task GroupsAreHeldWhole()
    {
        var text = Tables.Csv("patient,x,y", 900, i => $"p{i % 60},{i},{i % 2}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y", GroupColumn = "patient" });
        static IEnumerable<string> Patients(string[] rows) => rows.Select(row => row.Split(',')[0]).Distinct();
        Patients(dataset.Held).Intersect(Patients(dataset.Working)).ShouldBeEmpty();
        Patients(dataset.Held).Count().ShouldBe(9);
        dataset.Manifest.Holdout.Strategy.ShouldBe(HoldoutStrategies.Group);
    }

    [Theory]
    [InlineData("yyyy-MM-dd")]
    [InlineData("dd/MM/yyyy")]
    [InlineData("MM/dd/yyyy HH:mm")]
    [InlineData("dd.MM.yyyy")]
    [InlineData("d MMM yyyy")]
    public async Task TheLatestRowsAreHeldHoweverDatesAreWritten(string format)
    {
        var start = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var text = Tables.Csv("day,x", 400, i => $"{start.AddDays(i * 37 % 400).ToString(format)},{i}");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { TimeColumn = "day" });
        static DateTime[] Days(string[] rows, string format) =>
            [.. rows.Select(row => DateTime.ParseExact(row.Split(',')[0], format, null))];
        Days(dataset.Held, format).Min().ShouldBeGreaterThan(Days(dataset.Working, format).Max());
        dataset.Held.Length.ShouldBe(60);
    }

    [Fact]
    public async Task NumbersWillDoForTime()
    {
        var dataset = await _lab.AddAsync(
            Tables.Csv("t,x", 100, i => $"{i * 7 % 100},{i}"),
            new ExperimentOptions { TimeColumn = "t" }
        );
        dataset.Held.Select(row => int.Parse(row.Split(',')[0])).Order().ShouldBe(Enumerable.Range(85, 15));
    }

    [Theory]
    [InlineData("Chrun", null, null, "The target `Chrun` is not a column of this table. The nearest are `Churn`")]
    [InlineData("churn", null, null, "The nearest are `Churn`")]
    [InlineData("empty", null, null, "no value in any row")]
    [InlineData("same", null, null, "same value in every row")]
    [InlineData("id", "multiclass", null, "different value in every row")]
    [InlineData("Churn", "regression", null, "Regression needs numbers, and the target `Churn` holds")]
    [InlineData("three", "binary", null, "has 3")]
    [InlineData(
        "Churn",
        null,
        "Maybe",
        "The positive class 'Maybe' is no value of the target `Churn`, which has 'No', 'Yes'"
    )]
    public async Task AWrongTargetIsRefused(string target, string? problem, string? positive, string says)
    {
        var text = Tables.Csv("id,Churn,empty,same,three", 60, i => $"k{i},{(i % 3 == 0 ? "Yes" : "No")},,7,{i % 3}");
        var options = new ExperimentOptions
        {
            Target = target,
            ProblemType = problem,
            PositiveClass = positive,
        };
        (await _lab.RefusalAsync(text, options)).Message.ShouldContain(says);
    }

    [Fact]
    public async Task AnUnreadableTimeAndASingleGroupAreRefused()
    {
        var text = Tables.Csv("a,b", 60, i => $"w{i},same");
        (await _lab.RefusalAsync(text, new ExperimentOptions { TimeColumn = "a" })).Message.ShouldContain("neither");
        (await _lab.RefusalAsync(text, new ExperimentOptions { GroupColumn = "b" })).Message.ShouldContain("one group");
        (await _lab.RefusalAsync(text, new ExperimentOptions { DropColumns = ["c"] })).Message.ShouldContain(
            "dropped column `c`"
        );
    }

    [Fact]
    public async Task ATableOfOneRepeatedRowIsRefused() =>
        (await _lab.RefusalAsync(Tables.Csv("a,b", 20, _ => "1,2"))).Message.ShouldContain("All rows are the same");

    [Fact]
    public async Task APositiveClassIsRecognisedHoweverItIsWritten()
    {
        var text = Tables.Csv("x,y", 40, i => $"{i},{i % 2}.0");
        var dataset = await _lab.AddAsync(text, new ExperimentOptions { Target = "y", PositiveClass = "1" });
        dataset.Manifest.RowsHeld.ShouldBe(6);
    }

    public void Dispose() => _lab.Dispose();
}
