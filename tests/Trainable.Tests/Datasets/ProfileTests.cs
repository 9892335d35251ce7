using Trainable.Contracts;
using Trainable.Server.Datasets.Profiles;

namespace Trainable.Tests.Datasets;

public sealed class ProfileTests : IDisposable
{
    private readonly DatasetLab _lab = new();

    [Fact]
    public async Task EachColumnIsDescribedByWhatItsValuesLookLike()
    {
        var profile = await ProfileAsync(
            "n,i,b,d,c,t,zip,mixed,none",
            200,
            i =>
                $"{i * 0.5},{i},{(i % 2 == 0 ? "Yes" : "No")},{i % 28 + 1:00}/03/2024,{"abc"[i % 3]},some longer text number {i},0{i:0000},{(i == 7 ? " " : i.ToString())},NA"
        );
        var types = profile.Columns.ToDictionary(column => column.Name, column => column.Type);
        types.ShouldBe(
            new Dictionary<string, string>
            {
                ["n"] = ColumnTypes.Number,
                ["i"] = ColumnTypes.Integer,
                ["b"] = ColumnTypes.Boolean,
                ["d"] = ColumnTypes.Date,
                ["c"] = ColumnTypes.Category,
                ["t"] = ColumnTypes.Text,
                ["zip"] = ColumnTypes.Text,
                ["mixed"] = ColumnTypes.Number,
                ["none"] = ColumnTypes.Empty,
            },
            ignoreOrder: true
        );
        profile
            .Columns[0]
            .ShouldSatisfyAllConditions(
                column => column.Min.ShouldBe(0),
                column => column.Max.ShouldBe(99.5),
                column => column.Mean!.Value.ShouldBe(49.75, 1e-9)
            );
        profile.Columns[3].DateFormat.ShouldBe("%d/%m/%Y");
        profile.Columns[3].Earliest.ShouldBe("2024-03-01 00:00:00");
        profile.Columns[4].Levels.ShouldBe([new Level("a", 67), new Level("b", 67), new Level("c", 66)]);
        profile.Columns[7].NotNumeric.ShouldBe(1);
        profile.Columns[8].Missing.ShouldBe(200);
        profile.FirstRows.Count.ShouldBe(10);
    }

    [Fact]
    public async Task AnAgentSeesWorkingRowsOnly()
    {
        var dataset = await _lab.AddAsync(Tables.Csv("x,y", 1000, i => $"{i},only{i % 7}"));
        var profile = _lab.Store.ReadProfile(dataset.Experiment)!;
        profile.RowsHeld.ShouldBe(150);
        var table = profile.Tables[0];
        table.Rows.ShouldBe(850);
        table.Columns[1].Levels.Sum(level => level.Count).ShouldBeLessThanOrEqualTo(850);
        var working = dataset.Working.Select(row => double.Parse(row.Split(',')[0])).ToArray();
        table.Columns[0].Min.ShouldBe(working.Min());
        table.Columns[0].Max.ShouldBe(working.Max());
        table.Columns[0].Mean!.Value.ShouldBe(working.Average(), 1e-9);
    }

    [Fact]
    public async Task TheSchemaAloneShowsNoValue()
    {
        var dataset = await _lab.AddAsync(Tables.Csv("x,secret", 100, i => $"{i + 5000},classified{i % 3}"));
        var profile = _lab.Store.ReadProfile(dataset.Experiment)!;
        var schema = ProfileMarkdown.Render(profile, ProfileDetail.Schema);
        schema.ShouldContain("secret");
        schema.ShouldNotContain("classified");
        schema.ShouldNotContain("50");
        ProfileMarkdown.Render(profile, ProfileDetail.Sample).ShouldContain("classified1 ×");
        ProfileMarkdown.Render(profile, ProfileDetail.Full).ShouldContain("The first rows");
    }

    [Fact]
    public async Task AWideTableFitsTheBudgetAndSaysWhatIsLeftOut()
    {
        var header = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"feature_{i}"));
        var table = await ProfileAsync(
            header,
            20,
            i => string.Join(',', Enumerable.Range(0, 3000).Select(j => (i + j) % 5))
        );
        var profile = new DatasetProfile
        {
            Kind = "table",
            Files = [],
            Tables = [table],
        };
        var text = ProfileMarkdown.Render(profile, ProfileDetail.Full, budget: 8000);
        text.Length.ShouldBeLessThanOrEqualTo(8000);
        text.ShouldContain("| feature_0 |");
        text.ShouldMatch(@"and 2,\d\d\d more columns");
        text.ShouldContain("2,9");
    }

    [Fact]
    public async Task HugeAndHostileCellsAreCutAndEscaped()
    {
        var profile = await ProfileAsync("a,b", 20, i => $"{i},\"x|y\n\u202Eevil{new string('z', 50_000)}{i}\"");
        profile.Columns[1].Examples[0].Length.ShouldBeLessThan(100);
        var text = ProfileMarkdown.Render(
            new DatasetProfile
            {
                Kind = "table",
                Files = [],
                Tables = [profile],
            },
            ProfileDetail.Sample
        );
        text.ShouldContain("x\\|y\\n\\u202eevil");
        text.Length.ShouldBeLessThan(2000);
    }

    public void Dispose() => _lab.Dispose();

    private async Task<TableProfile> ProfileAsync(string header, int rows, Func<int, string> row)
    {
        var options = new ExperimentOptions { Holdout = HoldoutModes.None };
        var dataset = await _lab.AddAsync(Tables.Csv(header, rows, row), options);
        return _lab.Store.ReadProfile(dataset.Experiment)!.Tables[0];
    }
}
