using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Tests.App;
using Trainable.Tests.Sandboxes;
using static Trainable.Tests.Datasets.WorkbookMaker;

namespace Trainable.Tests.Datasets;

/// <summary>Excel workbooks: read in a sandbox, one sheet as the table.</summary>
public sealed class WorkbookTests : IDisposable
{
    private static readonly ExperimentOptions KeepAll = new() { Holdout = HoldoutModes.None };

    private readonly DatasetLab _lab;

    public WorkbookTests()
    {
        SandboxLab.RequireBubblewrap();
        _lab = new DatasetLab();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheFirstSheetWithATableIsReadWithItsTypes()
    {
        var book = Make(
            ("notes", Sheet(Row(T("made by hand")))),
            (
                "sold",
                Sheet(
                    Row(T("id"), T("day"), T("at"), T("paid"), T("price"), T("note")),
                    Row(N("1"), Day("45292"), Moment("45292.5"), Flag(true), Formula("A2*2", "2.5"), T("a, \"b\"")),
                    Row(),
                    Row(N("2"), Day("45293"), Moment("45293"), Flag(false), Error("#N/A"))
                )
            )
        );
        var dataset = await _lab.AddAsync(book, KeepAll, "shop.xlsx");
        dataset.Manifest.WorkingFile.ShouldBe("shop.csv");
        dataset.Header.ShouldBe("id,day,at,paid,price,note");
        dataset.Working.ShouldBe([
            "1,2024-01-01,2024-01-01 12:00:00,true,2.5,\"a, \"\"b\"\"\"",
            "2,2024-01-02,2024-01-02 00:00:00,false,,",
        ]);
        var source = dataset.Manifest.Source!;
        source.Format.ShouldBe("excel");
        source.Sheet.ShouldBe("sold");
        source.Sheets.ShouldBe(["notes", "sold"]);
        dataset
            .Manifest.Columns.Select(column => column.Type)
            .ShouldBe(["integer", "date", "date", "boolean", "number", "category"]);
    }

    [Fact]
    public async Task ASheetIsChosenByItsName()
    {
        var book = Make(("2024", Sheet(Table(10, "y"))), ("it's <2025>", Sheet(Table(30, "z"))));
        var chosen = await _lab.AddAsync(book, new ExperimentOptions { Sheet = "it's <2025>" }, "years.xlsx");
        chosen.Columns.ShouldBe(["x", "z"]);
        chosen.Manifest.RowsHeld.ShouldBeGreaterThan(0);
        chosen.Manifest.RowsTotal.ShouldBe(30);

        var missing = await _lab.RefusalFromAsync(book, new ExperimentOptions { Sheet = "2026" }, "years.xlsx");
        missing.Message.ShouldBe("years.xlsx has no sheet '2026'. It has '2024', 'it's <2025>'.");
        var none = await _lab.RefusalFromAsync(
            Encoding.UTF8.GetBytes("a,b\n1,2\n3,4\n"),
            new ExperimentOptions { Sheet = "2026" },
            "table.csv"
        );
        none.Message.ShouldContain("not an Excel workbook");
    }

    [Fact]
    public async Task AValueOutsideTheHeaderIsNamedByItsCell()
    {
        var book = Make(("report", Sheet(Row(T("Report")), Row(T("a"), T("b")), Row(N("1"), N("2")))));
        var refusal = await _lab.RefusalAsync(book, name: "report.xlsx");
        refusal.Status.ShouldBe(422);
        refusal.Message.ShouldStartWith(
            "report.xlsx has a value in cell B2 of the sheet 'report', outside its header in row 1 (A to A)."
        );
    }

    [Fact]
    public async Task AWorkbookThatReachesOutGetsNothing()
    {
        var external =
            $"<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><worksheet xmlns=\"{Main}\"><sheetData>"
            + string.Concat(Enumerable.Range(0, 3).Select(_ => "<row><c t=\"inlineStr\"><is><t>&x;</t></is></c></row>"))
            + "</sheetData></worksheet>";
        var laughs = new StringBuilder("<!DOCTYPE w [<!ENTITY a0 \"lol\">");
        for (var level = 1; level < 12; level++)
            laughs.Append(
                CultureInfo.InvariantCulture,
                $"<!ENTITY a{level} \"{string.Concat(Enumerable.Repeat($"&a{level - 1};", 10))}\">"
            );
        laughs.Append(Sheet(Row(T("a"), T("b")), Row("<c t=\"inlineStr\"><is><t>&a11;</t></is></c>")).Insert(0, "]>"));
        foreach (var xml in new[] { external, laughs.ToString(), "<worksheet", "" })
        {
            var refusal = await _lab.RefusalAsync(Make(("x", xml)), name: "evil.xlsx");
            refusal.Status.ShouldBe(422);
            refusal.Message.ShouldStartWith("evil.xlsx ");
            refusal.Message.ShouldNotContain("root:");
        }
    }

    [Fact]
    public async Task ABombIsStopped()
    {
        using var lab = new DatasetLab(new DatasetOptions { MaxUploadBytes = 4 << 20 });
        var bomb = Make(("x", Sheet(Row(T(new string('0', 16 << 20)), T("b")))));
        bomb.Length.ShouldBeLessThan(1 << 20);
        (await lab.RefusalAsync(bomb, name: "bomb.xlsx")).Status.ShouldBe(413);
    }

    [Fact]
    public async Task APreviewListsTheSheetsAndShowsOne()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var book = Make(("first", Sheet(Table(3_000, "y"))), ("second", Sheet(Table(5, "z"))));

        var first = await PreviewAsync(app, book, sheet: null);
        first.Format.ShouldBe("excel");
        first.Sheet.ShouldBe("first");
        first.Sheets.ShouldBe(["first", "second"]);
        first.Complete.ShouldBeFalse();
        first.RowsRead.ShouldBe(2_000);
        var second = await PreviewAsync(app, book, "second");
        second.Sheet.ShouldBe("second");
        second.Rows.ShouldBe(5);
        second.Columns.Select(column => column.Name).ShouldBe(["x", "z"]);
        Directory.EnumerateDirectories(Path.Combine(app.Home, "scratch"), "preview*").ShouldBeEmpty();
    }

    [Fact]
    public async Task TheFactsSayWhichSheetItIs()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var book = Make(("first", Sheet(Table(20, "y"))), ("second", Sheet(Table(20, "z"))));
        using var answer = await app.PostExperimentAsync(book, "book.xlsx", new ExperimentOptions { Sheet = "second" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        var facts = await app.Http.GetStringAsync($"/api/experiments/{created.Id}/dataset", Cancellation);
        facts.ShouldContain("\"sheet\":\"second\"");
        facts.ShouldContain("\"format\":\"excel\"");
    }

    public void Dispose() => _lab.Dispose();

    private static IEnumerable<string> Table(int rows, string column) =>
        Enumerable
            .Range(0, rows)
            .Select(i => Row(N($"{i}"), T(i % 2 == 0 ? "yes" : "no")))
            .Prepend(Row(T("x"), T(column)));

    private static async Task<DatasetPreview> PreviewAsync(TrainableApp app, byte[] book, string? sheet)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(book), "file", "book.xlsx" } };
        if (sheet is not null)
            form.Add(new StringContent(sheet), "sheet");
        using var answer = await app.Http.PostAsync("/api/datasets/preview", form, Cancellation);
        answer.EnsureSuccessStatusCode();
        return JsonSerializer.Deserialize(
            await answer.Content.ReadAsStringAsync(Cancellation),
            ContractJson.Default.DatasetPreview
        )!;
    }
}
