using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Datasets;

/// <summary>Which of several files are the table to learn from, and where the others are.</summary>
public sealed class SeveralTablesTests : IDisposable
{
    private readonly DatasetLab _lab = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FilesWithTheSameColumnsAreOneTable()
    {
        var dataset = await _lab.AddAsync(
            new ExperimentOptions { Holdout = HoldoutModes.None },
            ("feb.csv", "a;b\n3;z\n4;\"q\"\"\"\n"u8.ToArray()),
            ("jan.csv", "a,b\n1,x\n2,y\n"u8.ToArray())
        );
        dataset.Manifest.Kind.ShouldBe(DatasetKinds.Table);
        dataset.Manifest.Parts.ShouldBe(2);
        dataset.Manifest.WorkingFile.ShouldBe("table.csv");
        File.ReadAllText(dataset.WorkingPath).ShouldBe("a,b\n3,z\n4,\"q\"\"\"\n1,x\n2,y\n");
        dataset.Manifest.Note.ShouldNotBeNull().ShouldContain("2 files have the same columns");

        var broken = await Should.ThrowAsync<UserFacingException>(
            _lab.AddAsync(
                new ExperimentOptions(),
                ("feb.csv", "a,b\n3,z\n4,q,r\n"u8.ToArray()),
                ("jan.csv", "a,b\n1,x\n2,y\n"u8.ToArray())
            )
        );
        broken.Message.ShouldStartWith("Line 3 of feb.csv has 3 values");
    }

    [Fact]
    public async Task PartsOfParquetAreOneTable()
    {
        using var writer = new ParquetWriter();
        var dataset = await _lab.AddAsync(
            new ExperimentOptions(),
            ("p/0.parquet", writer.Write("SELECT i AS id, i % 2 = 0 AS even FROM range(50) t(i)")),
            ("p/1.parquet", writer.Write("SELECT 50 + i AS id, i % 2 = 0 AS even FROM range(50) t(i)"))
        );
        dataset.Manifest.RowsTotal.ShouldBe(100);
        dataset.Manifest.RowsHeld.ShouldBe(15);
        dataset.Manifest.WorkingFile.ShouldBe("table.parquet");
    }

    [Fact]
    public async Task TheNamedTableIsTheOneAndTheOthersLieBesideIt()
    {
        (string, byte[])[] files =
        [
            ("shop/customers.tsv", Encoding.UTF8.GetBytes(Tables.Numbered(40).Replace(',', '\t'))),
            ("shop/orders.csv", "order,customer\n1,2\n2,3\n"u8.ToArray()),
            ("customers.csv", "not,the\nsame,one\nas,that\n"u8.ToArray()),
        ];
        var dataset = await _lab.AddAsync(new ExperimentOptions { Main = "customers.tsv" }, files);
        dataset.Manifest.Source!.Delimiter.ShouldBe("tab");
        dataset.Manifest.RowsHeld.ShouldBe(6);
        dataset.Manifest.WorkingFile.ShouldBe("main_customers.csv");
        dataset.Manifest.Beside.ShouldBe(["shop/orders.csv", "customers.csv"]);
        File.Exists(Path.Combine(dataset.Paths.Working, "shop", "orders.csv")).ShouldBeTrue();
        File.Exists(Path.Combine(dataset.Paths.Working, "shop", "customers.tsv")).ShouldBeFalse();
        var profile = _lab.Store.ReadProfile(dataset.Experiment)!;
        profile.Tables.Select(table => table.File).ShouldBe(["main_customers.csv", "shop/orders.csv", "customers.csv"]);

        var refusal = await Should.ThrowAsync<UserFacingException>(
            _lab.AddAsync(new ExperimentOptions { Main = "nobody.csv" }, files)
        );
        refusal.Message.ShouldContain("'nobody.csv' is not a file of the upload");
    }

    [Fact]
    public async Task TheTableWithTheTargetIsTheOne()
    {
        var dataset = await _lab.AddAsync(
            new ExperimentOptions { Target = "y" },
            ("stores.csv", "store,size\n1,2\n2,3\n"u8.ToArray()),
            ("train.csv", Encoding.UTF8.GetBytes(Tables.Numbered(40))),
            ("about.md", "# about"u8.ToArray())
        );
        dataset.Manifest.WorkingFile.ShouldBe("train.csv");
        dataset
            .Manifest.Note.ShouldNotBeNull()
            .ShouldContain("it alone has the column `y`; the other 2 files lie beside it");
    }

    [Fact]
    public async Task PeopleSeeTheTablesBesideItInTheExplorer()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var form = new MultipartFormDataContent
        {
            { new StringContent("shop"), "name" },
            { new StringContent("{\"target\":\"bought\"}"), "options" },
            { new StringContent(App.Tables.Small), "files", "visits.csv" },
            { new StringContent("colour,hex\nred,f00\nblue,00f\n"), "files", "colours.csv" },
        };
        using var answer = await app.Http.PostAsync("/api/experiments", form, Cancellation);
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        created.Note.ShouldNotBeNull().ShouldStartWith("visits.csv is the table to learn from");
        using var query = new StringContent(
            JsonSerializer.Serialize(
                new Dictionary<string, string>
                {
                    ["sql"] = "SELECT count(*) AS n FROM working JOIN dataset_colours USING (colour)",
                }
            ),
            Encoding.UTF8,
            "application/json"
        );
        using var rows = await app.Http.PostAsync($"/api/sessions/{created.SessionId}/query", query, Cancellation);
        var text = await rows.Content.ReadAsStringAsync(Cancellation);
        rows.IsSuccessStatusCode.ShouldBeTrue(text);
        text.ShouldContain("\"tables_available\"");
        text.ShouldContain("dataset_colours");
        text.ShouldContain("\"raw\"");
    }

    public void Dispose() => _lab.Dispose();
}
