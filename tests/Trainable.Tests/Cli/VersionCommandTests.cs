using System.Text.Json;
using Trainable.Cli;
using Trainable.Cli.Api;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary>New data for an experiment that is there, and large files that go on where they stopped.</summary>
[Trait("Kind", "integration")]
public sealed class VersionCommandTests : IAsyncLifetime
{
    private const string Report = "open('report.md', 'w').write('# Findings')";
    private readonly string _data = Directory.CreateTempSubdirectory("trainable-versions-").FullName;
    private ServedHome _home = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var models = new ScriptedModels();
        for (var run = 0; run < 2; run++)
            models.Then(ScriptedModels.Run(Report)).Then(ScriptedModels.Finish());
        _home = await ServedHome.StartAsync(models);
    }

    public async ValueTask DisposeAsync()
    {
        await _home.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task NewDataIsRunOnTheSameExperimentAndItsDriftIsTold()
    {
        var march = await WriteAsync("march.csv", App.Tables.Binary(400));
        var april = await WriteAsync(
            "april.csv",
            App.Tables.Binary(300, seed: 3).Replace("age,", "years,", StringComparison.Ordinal)
        );
        (await _home.RunAsync("run", march, "--target", "bought", "--stage", "eda")).Code.ShouldBe(ExitCodes.Ok);

        var second = await _home.RunAsync("run", april, "--version-of", "latest", "--stage", "eda");
        second.Code.ShouldBe(ExitCodes.Ok, second.Errors);
        second.Output.ShouldContain("Version 2 · 300 rows, 4 columns");
        second.Output.ShouldContain("new: years");
        second.Output.ShouldContain("gone: age");
        second.Output.ShouldContain("EDA done after");

        var listed = await _home.RunAsync("versions");
        listed.Code.ShouldBe(ExitCodes.Ok, listed.Errors);
        listed.Output.Split('\n').Count(line => line.StartsWith("Version ", StringComparison.Ordinal)).ShouldBe(2);
        listed.Output.ShouldContain("Version 1 · 400 rows");
        using var json = JsonDocument.Parse((await _home.RunAsync("versions", "latest", "--json")).Output);
        json.RootElement[1].GetProperty("drift").GetProperty("from").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task WhatTheExperimentHasSettledIsNotSaidAgain()
    {
        var refused = await _home.RunAsync("run", "x.csv", "--version-of", "latest", "--target", "bought");
        refused.Code.ShouldBe(ExitCodes.Usage);
        refused.Errors.ShouldContain("--target is settled by the experiment; leave it out with --version-of.");
    }

    [Fact]
    public async Task ALargeFileGoesOnWhereItStopped()
    {
        var path = Path.Combine(_data, "large.csv");
        await using (var file = new StreamWriter(path))
        {
            await file.WriteLineAsync("number,word");
            for (var row = 0; row < 5_000_000; row++)
                await file.WriteLineAsync($"{row},word number {row % 10}");
        }
        var large = new UploadFile(path, "large.csv", new FileInfo(path).Length);
        large.Size.ShouldBeGreaterThan(100L << 20);
        using var api = new ApiClient(_home.App.Server.Url, _home.App.Server.Token);

        // Notes of uploads that the server does not keep any more, and of one that it does.
        var notes = Directory.CreateDirectory(Path.Combine(_home.App.Home, "sending")).FullName;
        var (old, recent) = (Path.Combine(notes, "old"), Path.Combine(notes, "recent"));
        await File.WriteAllTextAsync(old, "", Cancellation);
        await File.WriteAllTextAsync(recent, "", Cancellation);
        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-8));
        File.SetLastWriteTimeUtc(recent, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-6));

        // This command ends in the middle of the second piece.
        using var ends = new CancellationTokenSource();
        var cut = Send(
            api,
            there =>
            {
                if (there > 70L << 20)
                    ends.Cancel();
            }
        );
        await Should.ThrowAsync<OperationCanceledException>(() => cut.SendAsync(large, ends.Token));

        File.Exists(old).ShouldBeFalse();
        File.Exists(recent).ShouldBeTrue();

        // The next one begins after what had arrived, though its server goes away once.
        var seen = new List<long>();
        var questions = 0;
        var resumed = new ResumableSend(
            ask => ++questions == 1 ? throw new HttpRequestException("gone") : ask(api),
            new(_home.App.Home),
            (_, there) => seen.Add(there)
        );
        var id = await resumed.SendAsync(large, Cancellation);
        seen[0].ShouldBeGreaterThanOrEqualTo(64L << 20);
        seen[^1].ShouldBe(large.Size);

        var created = await api.CreateExperimentAsync(
            new ExperimentUpload
            {
                Name = "large",
                Options = new(),
                Files = [],
                Uploads = [id],
            },
            Cancellation
        );
        var facts = (await api.FindDatasetAsync(created.Id, Cancellation)).ShouldNotBeNull();
        facts.RowsTotal.ShouldBe(5_000_000);
        facts.Files.ShouldHaveSingleItem().Name.ShouldBe("large.csv");
    }

    private ResumableSend Send(ApiClient api, Action<long> progress) =>
        new(ask => ask(api), new(_home.App.Home), (_, there) => progress(there));

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(_data, name);
        await File.WriteAllTextAsync(path, text, Cancellation);
        return path;
    }
}
