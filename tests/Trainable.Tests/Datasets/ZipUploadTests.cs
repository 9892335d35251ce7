using System.IO.Compression;
using System.Net;
using System.Text;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Datasets;

/// <summary>A zip archive counts as the files that are in it, and as nothing else.</summary>
public sealed class ZipUploadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnArchiveOfOneTableIsThatTable()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var zip = Pack(
            ("folder/", ""),
            ("folder/bought.csv", App.Tables.Small),
            ("__MACOSX/folder/x", "y"),
            (".DS_Store", "z")
        );
        var answer = await app.PostExperimentAsync(zip, "data.zip", new ExperimentOptions { Target = "bought" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        created.UploadedFiles.ShouldHaveSingleItem().ShouldEndWith("/folder/bought.csv");
        var facts = await app.Http.GetStringAsync($"/api/experiments/{created.Id}/dataset", Cancellation);
        facts.ShouldContain("\"kind\":\"table\"");
        facts.ShouldContain("\"rows_total\":20");
        Directory.EnumerateFiles(Path.Combine(app.Home, "held"), "*.zip", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task AnArchiveOfSeveralIsAFolder()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var zip = Pack(("a.csv", App.Tables.Small), ("sub/b.csv", "other,columns\n1,2\n3,4\n"));
        var answer = await app.PostExperimentAsync(zip, "data.zip");
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        created.UploadedFiles.Count.ShouldBe(2);
        created.DatasetRef.ShouldEndWith("/");
        File.Exists(Path.Combine(app.Home, "workspace", "datasets", $"{created.Id}", "sub", "b.csv")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("../escaped.csv", HttpStatusCode.BadRequest)]
    [InlineData("/etc/escaped.csv", HttpStatusCode.BadRequest)]
    [InlineData("a\\..\\..\\escaped.csv", HttpStatusCode.BadRequest)]
    [InlineData("folder/", HttpStatusCode.UnprocessableEntity)]
    public async Task AnArchiveThatClimbsOrIsEmptyIsRefused(string name, HttpStatusCode status)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var answer = await app.PostExperimentAsync(Pack((name, "a,b\n1,2\n")), "data.zip");
        answer.StatusCode.ShouldBe(status);
        (await TrainableApp.DetailAsync(answer)).ShouldEndWith(".");
        Directory.EnumerateFiles(app.Home, "*escaped*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(app.Home, "held")).ShouldBeEmpty();
    }

    [Fact]
    public async Task ADamagedArchiveAndAWorkbookAreToldApart()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var zip = Pack(("a.csv", App.Tables.Small));
        using var damaged = await app.PostExperimentAsync(zip[..^30], "data.zip");
        (await TrainableApp.DetailAsync(damaged)).ShouldContain("damaged zip archive");
        using var workbook = await app.PostExperimentAsync(Pack(("[Content_Types].xml", "<x/>")), "book.xlsx");
        (await TrainableApp.DetailAsync(workbook)).ShouldContain("Excel workbook");
    }

    [Fact]
    public async Task ABombIsStoppedAtTheUploadsLimit()
    {
        using var lab = new DatasetLab(new DatasetOptions { MaxUploadBytes = 1 << 20 });
        var bomb = Pack(("zeros.csv", new string('0', 8 << 20)));
        bomb.Length.ShouldBeLessThan(1 << 20);
        await using var upload = lab.Store.Begin(Guid.CreateVersion7());
        var refused = await Should.ThrowAsync<UserFacingException>(
            upload.AddUnpackedAsync("bomb.zip", new MemoryStream(bomb), Cancellation)
        );
        refused.Status.ShouldBe(413);
    }

    private static byte[] Pack(params (string Name, string Text)[] files)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return packed.ToArray();
    }
}
