using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Datasets;
using Trainable.Tests.Sandboxes;

namespace Trainable.Tests.Sessions;

/// <summary>New versions of a dataset on the same experiment.</summary>
public class DatasetVersionTests : IAsyncLifetime
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    private TrainableApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _app = await TrainableApp.StartAsync(new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish()));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task ANewVersionIsComparedAndRunAndTheOldOneStays()
    {
        var first = await _app.CreateExperimentAsync(
            App.Tables.Binary(400),
            options: new ExperimentOptions { Target = "bought" }
        );
        var moved = App.Tables.Binary(600, seed: 2).Replace("age,", "years,", StringComparison.Ordinal).Split('\n');
        // Incomes a hundred times as high, and one column by another name.
        var shifted = string.Join(
            '\n',
            moved.Select((line, at) => at == 0 || line.Length == 0 ? line : Shift(line.Split(',')))
        );
        using var answer = await PostAsync(first.Id, shifted);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.DatasetVersionCreated))!;
        created.Version.Number.ShouldBe(2);
        created.Version.Rows.ShouldBe(600);
        var drift = created.Version.Drift.ShouldNotBeNull();
        drift.From.ShouldBe(1);
        drift.Added.ShouldBe(["years"]);
        drift.Removed.ShouldBe(["age"]);
        drift.Columns[0].Name.ShouldBe("income");
        drift.Columns[0].Psi.ShouldBeGreaterThan(1);
        drift.Columns.Single(column => column.Name == "bought").Psi.ShouldBeLessThan(0.25);

        var session = await _app.SessionAsync(created.SessionId);
        session.ExperimentId.ShouldBe(first.Id);
        session.DatasetId.ShouldBe(created.Version.DatasetId);
        (await CountAsync(created.SessionId)).ShouldBe(510);
        (await CountAsync(first.SessionId)).ShouldBe(340);

        await _app.StartStageAsync(created.SessionId, Stages.Eda);
        var events = await _app.FollowToStateAsync(created.SessionId, "eda_done", "failed");
        var verdict = events.Last(item => item.Type == EventTypes.ValidationResult).Data.GetRawText();
        verdict.ShouldContain("`income` differs much from version 1 of the dataset");
        verdict.ShouldContain("columns_removed");

        using var list = await _app.Http.GetAsync($"/api/experiments/{first.Id}/versions", Cancellation);
        using var versions = JsonDocument.Parse(await list.Content.ReadAsStringAsync(Cancellation));
        versions.RootElement.EnumerateArray().Select(one => one.GetProperty("number").GetInt32()).ShouldBe([1, 2]);

        // Another session takes the newest version; with the experiment every version goes.
        using var next = await _app.Http.PostAsync($"/api/experiments/{first.Id}/sessions", null, Cancellation);
        (await next.Content.ReadAsStringAsync(Cancellation)).ShouldContain($"{created.Version.DatasetId}");
        using var deleted = await _app.Http.DeleteAsync($"/api/experiments/{first.Id}", Cancellation);
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);
        Directory.EnumerateFileSystemEntries(Path.Combine(_app.Home, "held")).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(_app.Home, "workspace", "datasets")).ShouldBeEmpty();
    }

    [Fact]
    public async Task AVersionThatDoesNotFitLeavesNothing()
    {
        var first = await _app.CreateExperimentAsync(
            App.Tables.Small,
            options: new ExperimentOptions { Target = "bought" }
        );
        using var answer = await PostAsync(first.Id, "size,colour\n1,red\n2,blue\n");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldContain("target `bought` is not a column");
        Directory.EnumerateFileSystemEntries(Path.Combine(_app.Home, "held")).Count().ShouldBe(1);
        using var nowhere = await PostAsync(Guid.CreateVersion7(), App.Tables.Small);
        nowhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ImagesMayComeAnewAsWell()
    {
        SandboxLab.RequireBubblewrap();
        using var form = new MultipartFormDataContent { { new StringContent("squares"), "name" } };
        AddImages(form, ImageFolderTests.Squares(100));
        using var answer = await _app.Http.PostAsync("/api/experiments", form, Cancellation);
        var first = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;

        using var anew = new MultipartFormDataContent();
        // Some of them as before; all of the new ones much darker.
        var images = ImageFolderTests.Squares(200)[..120].Select((image, at) => at < 60 ? image : Darker(image));
        AddImages(anew, [.. images, ("blue/picture 200.bmp", Bitmaps.Square(200, reddish: false)), .. Blue(60)]);
        using var second = await _app.Http.PostAsync($"/api/experiments/{first.Id}/versions", anew, Cancellation);
        second.StatusCode.ShouldBe(HttpStatusCode.OK, await second.Content.ReadAsStringAsync(Cancellation));
        var created = (await TrainableApp.ReadAsync(second, ContractJson.Default.DatasetVersionCreated))!;

        created.Note!.ShouldStartWith("181 images in 2 folders");
        created.Version.Rows.ShouldBe(181);
        var drift = created.Version.Drift.ShouldNotBeNull();
        drift.Added.ShouldBeEmpty();
        drift.Removed.ShouldBeEmpty();
        drift.Columns.Single(column => column.Name == "image").Psi.ShouldBe(0, "names are new in every version");
        drift.Columns.ShouldContain(column => column.Name.StartsWith("grey_") && column.Psi > 0.25);
        var (_, shown) = ImageFolderTests.Squares(200)[0];
        using var image = await _app.Http.GetAsync(
            $"/api/datasets/{created.Version.DatasetId}/images/{Convert.ToHexStringLower(SHA256.HashData(shown))[..20]}.bmp",
            Cancellation
        );
        (await image.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(shown);

        static IEnumerable<(string, byte[])> Blue(int count) =>
            Enumerable.Range(300, count).Select(at => ($"blue/picture {at}.bmp", Bitmaps.Square(at, reddish: false)));

        // The pixels of a bitmap follow its header.
        static (string, byte[]) Darker((string Name, byte[] Content) image) =>
            (image.Name, [.. image.Content.Select((value, at) => at < 54 ? value : (byte)(value / 4))]);
    }

    private static void AddImages(MultipartFormDataContent form, IEnumerable<(string, byte[])> images)
    {
        foreach (var (name, content) in images)
            form.Add(new ByteArrayContent(content), "files", name);
    }

    private static string Shift(string[] cells)
    {
        cells[1] = cells[1].Replace(".", "", StringComparison.Ordinal);
        return string.Join(',', cells);
    }

    private async Task<HttpResponseMessage> PostAsync(Guid experiment, string table)
    {
        using var form = new MultipartFormDataContent { { new StringContent(table), "files", "table.csv" } };
        return await _app.Http.PostAsync($"/api/experiments/{experiment}/versions", form, Cancellation);
    }

    private async Task<long> CountAsync(Guid session)
    {
        using var query = new StringContent(
            "{\"sql\":\"SELECT count(*) AS n FROM working\"}",
            Encoding.UTF8,
            "application/json"
        );
        using var answer = await _app.Http.PostAsync($"/api/sessions/{session}/query", query, Cancellation);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return body.RootElement.GetProperty("rows")[0][0].GetInt64();
    }
}

[OnPostgres]
public sealed class DatasetVersionPostgresTests : DatasetVersionTests;
