using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Storage;
using Trainable.Tests.App;
using static Trainable.Tests.S3.S3Lab;

namespace Trainable.Tests.S3;

/// <summary>What stages make is copied to S3, whatever becomes of S3 or of the server meanwhile.</summary>
[Trait("Kind", "integration")]
public class SyncTests
{
    private const string Files =
        "import os\nos.makedirs('figures', exist_ok=True)\nopen('report.md', 'w').write('# Findings')\n"
        + "open('figures/a b+ü%.txt', 'w').write('odd')\nopen('data.csv', 'w').write('a,b\\n1,2\\n')\n";

    private static readonly string[] Names = ["data.csv", "figures/a b+ü%.txt", "report.md", "scripts/step_01_os.py"];

    [Fact]
    public async Task AStagesFilesAreCopiedUnderTheirNames()
    {
        await using var lab = await StartAsync(Runs(Files + "open('big.bin', 'wb').write(b'x' * (11 << 20))\n"));
        var created = await lab.App.CreateExperimentAsync();
        var events = await RunAndSyncAsync(lab, created.SessionId);

        var prefix = $"datasets/{created.Id}/processed/{created.SessionId}/eda/";
        var content = await lab.ContentAsync();
        content.Keys.ShouldBe(Names.Append("big.bin").Select(name => prefix + name).Order(StringComparer.Ordinal));
        content[prefix + "report.md"].ShouldBe(HashOf("# Findings"));
        content[prefix + "big.bin"].ShouldBe(HashOf([.. Enumerable.Repeat((byte)'x', 11 << 20)]));
        lab.Gate.Requests.Count(line => line.Contains("partNumber=", StringComparison.Ordinal)).ShouldBe(3);

        events[^1]
            .Data.GetRawText()
            .ShouldBe($$"""{"stage":"eda","files_synced":5,"s3_prefix":"{{prefix}}","bucket":"{{lab.Bucket}}"}""");
        var session = await lab.App.SessionAsync(created.SessionId);
        session.Artifacts.ShouldAllBe(file => file.S3Path!.StartsWith($"s3://{lab.Bucket}/{prefix}"));
        var state = session.S3Sync!.Single();
        (state.Stage, state.Status, state.FilesSynced, state.Error).ShouldBe(("eda", SyncStatuses.Done, 5, null));
        state.Bytes.ShouldBeGreaterThan(11 << 20);
        state.EndedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task ASecondRunSendsOnlyWhatChanged()
    {
        await using var lab = await StartAsync(Runs(Files, "open('data.csv', 'w').write('a,b\\n3,4\\n')\n"));
        var created = await lab.App.CreateExperimentAsync();
        var first = await RunAndSyncAsync(lab, created.SessionId);
        var before = lab.Gate.Puts;
        await RunAndSyncAsync(lab, created.SessionId, first[^1].Seq!.Value);
        // The table that changed, and the script that changed it.
        (lab.Gate.Puts - before).ShouldBe(2);
        var prefix = $"datasets/{created.Id}/processed/{created.SessionId}/eda/";
        (await lab.ContentAsync())[prefix + "data.csv"].ShouldBe(HashOf("a,b\n3,4\n"));
        (await lab.App.SessionAsync(created.SessionId)).S3Sync!.Single().FilesSynced.ShouldBe(5);
    }

    [Fact]
    public async Task WithS3DownEverythingElseGoesOnAndTheCopyCatchesUp()
    {
        await using var lab = await StartAsync(Runs(Files));
        lab.Gate.Shut();
        var created = await lab.App.CreateExperimentAsync();
        var events = await RunUntilAsync(lab, created.SessionId, EventTypes.S3SyncWaiting);
        events.ShouldContain(item => TrainableApp.StateOf(item) == "eda_done");
        var sentence = events[^1].Data.GetProperty("error").GetString()!;
        sentence.ShouldContain("cannot be reached");
        var waiting = (await lab.App.SessionAsync(created.SessionId)).S3Sync!.Single();
        (waiting.Status, waiting.Error, waiting.FilesSynced).ShouldBe((SyncStatuses.Waiting, sentence, 0));

        lab.Gate.Open();
        events = await SyncedAsync(lab, created.SessionId);
        events.Count(item => item.Type == EventTypes.S3SyncWaiting).ShouldBe(1);
        (await lab.ContentAsync()).Count.ShouldBe(Names.Length);
        (await lab.App.SessionAsync(created.SessionId)).S3Sync!.Single().Error.ShouldBeNull();
    }

    [Fact]
    public async Task ACopyThatARestartInterruptedGoesOnWhereItWas()
    {
        await using var lab = await StartAsync(Runs(Files));
        lab.Gate.ShutAfterPuts(2);
        var created = await lab.App.CreateExperimentAsync();
        await RunUntilAsync(lab, created.SessionId, EventTypes.S3SyncWaiting);
        await lab.DownAsync();
        (await lab.ContentAsync()).Count.ShouldBe(2);
        var before = lab.Gate.Puts;

        lab.Gate.Open();
        await lab.UpAsync();
        await SyncedAsync(lab, created.SessionId);
        (await lab.ContentAsync()).Count.ShouldBe(Names.Length);
        (lab.Gate.Puts - before).ShouldBe(Names.Length - 2);
    }

    [Fact]
    public async Task AServerThatIsStoppedDoesNotWaitForS3()
    {
        await using var lab = await StartAsync(Runs(Files));
        var asked = lab.Gate.FallSilent();
        var created = await lab.App.CreateExperimentAsync();
        (await lab.App.StartStageAsync(created.SessionId, "eda")).EnsureSuccessStatusCode();
        await asked.WaitAsync(TrainableApp.Patience, Cancellation);
        await lab.DownAsync();
        lab.Gate.Open();
        await lab.UpAsync();
        await SyncedAsync(lab, created.SessionId);
        (await lab.ContentAsync()).Count.ShouldBe(Names.Length);
    }

    [Fact]
    public async Task WhatIsDeletedHereIsDeletedThere()
    {
        await using var lab = await StartAsync(Runs(Files));
        await lab.PutAsync("datasets/not-ours.csv");
        var created = await lab.App.CreateExperimentAsync();
        await RunAndSyncAsync(lab, created.SessionId);
        lab.Gate.Shut();
        var deleted = await lab.App.Http.DeleteAsync($"/api/experiments/{created.Id}", Cancellation);
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);
        lab.Gate.Open();
        var databases = lab.App.Server.Services.GetRequiredService<IDbContextFactory<TrainableDb>>();
        await using var db = await databases.CreateDbContextAsync(Cancellation);
        while (await db.SyncJobs.AnyAsync(Cancellation))
            await Task.Yield();
        (await lab.ContentAsync()).Keys.ShouldBe(["datasets/not-ours.csv"]);
    }

    [Fact]
    public async Task NothingIsCopiedWhereThatIsSwitchedOff()
    {
        await using var lab = await StartAsync(Runs(Files), options => options with { SyncBucket = null });
        var created = await lab.App.CreateExperimentAsync();
        await RunUntilAsync(lab, created.SessionId, EventTypes.StateChange, "eda_done");
        (await lab.App.SessionAsync(created.SessionId)).S3Sync.ShouldBeNull();
        lab.Gate.Requests.ShouldBeEmpty();
    }

    private static ScriptedModels Runs(params string[] scripts) =>
        new([.. scripts.SelectMany(script => new[] { ScriptedModels.Run(script), ScriptedModels.Finish() })]);

    private static async Task<List<StreamEvent>> RunAndSyncAsync(S3Lab lab, Guid session, long after = 0)
    {
        (await lab.App.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
        return await SyncedAsync(lab, session, after);
    }

    private static Task<List<StreamEvent>> SyncedAsync(S3Lab lab, Guid session, long after = 0) =>
        lab.App.FollowUntilAsync(session, item => item.Type == EventTypes.S3SyncComplete, after);

    private static async Task<List<StreamEvent>> RunUntilAsync(
        S3Lab lab,
        Guid session,
        string type,
        string? state = null
    )
    {
        (await lab.App.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
        return await lab.App.FollowUntilAsync(
            session,
            item => item.Type == type && (state is null || TrainableApp.StateOf(item) == state)
        );
    }
}

[OnPostgres]
public sealed class SyncTestsOnPostgres : SyncTests;
