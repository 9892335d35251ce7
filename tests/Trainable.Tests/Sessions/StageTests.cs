using System.Net;
using System.Net.Http.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

public class StageTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    [Fact]
    public async Task AStageRunsItsToolsAndEndsWhenTheRefereeAccepts()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run("# Look around\nprint('rows', 17)\n" + Report),
                ScriptedModels.Finish()
            )
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        var started = await app.StartStageAsync(session, "eda");
        (await TrainableApp.ReadAsync(started, ContractJson.Default.StageStarted))!.State.ShouldBe("eda_running");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");

        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var types = events.Where(item => item.Seq is not null).Select(item => item.Type).ToList();
        types.ShouldBe([
            "state_change",
            "agent_message",
            "tool_start",
            "file_created",
            "code_output",
            "file_created",
            "tool_end",
            "agent_message",
            "tool_start",
            "tool_end",
            "validation_result",
            "report_ready",
            "files_ready",
            "state_change",
        ]);
        events.First(item => item.Type == "code_output").Data.GetProperty("text").GetString().ShouldBe("rows 17\n");
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("eda_done");
        detail.Artifacts.Select(artifact => artifact.Name).ShouldBe(["step_01_look_around.py", "report.md"]);
        detail.LastSeq.ShouldBe(events[^1].Seq!.Value);
    }

    [Fact]
    public async Task WhatTheRefereeFindsGoesBackToTheAgent()
    {
        var models = new ScriptedModels(ScriptedModels.Finish(), ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen.Count.ShouldBe(3);
        models
            .Seen[1][^1]
            .Contents.OfType<Microsoft.Extensions.AI.FunctionResultContent>()
            .Single()
            .Result!.ToString()!
            .ShouldContain("report_missing");
    }

    [Fact]
    public async Task AnAgentCannotCallAStageDoneByTalking()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Say("All done, accuracy is 0.99."), ScriptedModels.Say("Really."))
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        events
            .Single(item => item.Type == "agent_error")
            .Data.GetProperty("error")
            .GetString()!
            .ShouldContain("report.md");
    }

    [Fact]
    public async Task OfManyConcurrentStartsExactlyOneIsAccepted()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var session = (await app.CreateExperimentAsync()).SessionId;
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.StartStageAsync(session, "eda")));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict).ShouldBe(99);
        (await app.SessionAsync(session)).Runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AStageNeedsTheOneBeforeItWhateverTheStateSays()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var session = (await app.CreateExperimentAsync()).SessionId;
        var early = await app.StartStageAsync(session, "prep");
        early.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(early)).ShouldBe(
            "Cannot start prep: requires 'eda_done', current is 'created'"
        );

        await app.StartStageAsync(session, "eda");
        (await app.AbortAsync(session)).EnsureSuccessStatusCode();
        var afterCancel = await app.StartStageAsync(session, "train");
        (await TrainableApp.DetailAsync(afterCancel)).ShouldBe(
            "Cannot start train: requires 'prep_done', current is 'cancelled'"
        );
    }

    [Fact]
    public async Task AStopEndsTheSandboxAndTheStageCanBeStartedAgain()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("import os, time\nprint('pid', os.getpid(), flush=True)\nwhile True: time.sleep(0.1)"),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        );
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowUntilAsync(session, item => item.Type == "code_output");
        var stop = await app.AbortAsync(session);
        (await TrainableApp.ReadAsync(stop, ContractJson.Default.AbortResult))!.Status.ShouldBe("cancelled");
        SandboxProcesses.Of(session).ShouldBeEmpty();
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("cancelled");
        (
            await TrainableApp.ReadAsync(await app.AbortAsync(session), ContractJson.Default.AbortResult)
        )!.Status.ShouldBe("not_running");

        (await app.StartStageAsync(session, "eda")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.FollowToStateAsync(session, "eda_done", "failed");
        detail = await app.SessionAsync(session);
        detail.State.ShouldBe("eda_done");
        detail.Runs.Select(run => (run.Number, run.Status)).ShouldBe([(1, "cancelled"), (2, "done")]);
        detail.Artifacts.Count(artifact => artifact.ArtifactType == "script").ShouldBe(2);
    }

    [Fact]
    public async Task RunningAStageAgainMakesLaterOnesStale()
    {
        var turns = Enumerable
            .Range(0, 2)
            .SelectMany(_ => new[] { ScriptedModels.Run(Report), ScriptedModels.Finish() });
        await using var app = await TrainableApp.StartAsync(new ScriptedModels([.. turns]));
        var session = (await app.CreateExperimentAsync()).SessionId;
        for (var run = 1; run <= 2; run++)
        {
            (await app.StartStageAsync(session, "eda")).StatusCode.ShouldBe(HttpStatusCode.OK);
            var seen = 0;
            await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) == "eda_done" && ++seen == run);
        }
        (await app.SessionAsync(session)).Runs.Select(run => run.Stale).ShouldBe([true, false]);
    }

    [Fact]
    public async Task AStageCanBeStartedAgainTheMomentItsEndIsSeen()
    {
        const int again = 12;
        var turns = Enumerable
            .Range(0, again)
            .SelectMany(_ => new[] { ScriptedModels.Run(Report), ScriptedModels.Finish() });
        await using var app = await TrainableApp.StartAsync(new ScriptedModels([.. turns]));
        var session = (await app.CreateExperimentAsync()).SessionId;
        long seen = 0;
        for (var run = 1; run <= again; run++)
        {
            (await app.StartStageAsync(session, "eda")).StatusCode.ShouldBe(HttpStatusCode.OK, $"start {run}");
            var events = await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) == "eda_done", seen);
            seen = events[^1].Seq!.Value;
        }
    }

    [Fact]
    public async Task AutoGoesOnWithNoGapInWhichItCouldBeLost()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish(), new ScriptedTurn.Hang())
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.Http.PostAsync($"/api/sessions/{session}/auto", null, TestContext.Current.CancellationToken);
        var events = await app.FollowToStateAsync(session, "prep_running", "failed");
        TrainableApp.StateOf(events[^2]).ShouldBe("eda_done");
        TrainableApp.StateOf(events[^1]).ShouldBe("prep_running");
        // The moment the gap would be: a stop must find a run to stop.
        var stop = await TrainableApp.ReadAsync(await app.AbortAsync(session), ContractJson.Default.AbortResult);
        stop!.Status.ShouldBe("cancelled");
        (await app.SessionAsync(session)).State.ShouldBe("cancelled");
    }

    [Fact]
    public async Task WhatAPersonWritesReachesTheModelAtItsNextTurn()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("import time\nprint('go', flush=True)\ntime.sleep(1.5)\n" + Report),
            ScriptedModels.Finish()
        );
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowUntilAsync(session, item => item.Type == "code_output");
        await app.Http.PostAsJsonAsync(
            $"/api/sessions/{session}/messages",
            new PostMessageRequest { Content = "Mind the outliers." },
            ContractJson.Default.PostMessageRequest,
            TestContext.Current.CancellationToken
        );
        await app.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen[1][^1].Text.ShouldBe("Mind the outliers.");
    }

    [Fact]
    public async Task ANaNMetricIsKeptAsAGapAndMetricsStayReadable()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    "from trainable import log, configure_dashboard\nconfigure_dashboard([{'title':'Loss','metrics':['loss'],'type':'line'}])\n"
                        + "log(step=0, metrics={'loss': float('nan')}, run='a')\nlog(step=1, metrics={'loss': 0.5}, run='a')\n"
                        + "print('{\"step\": 2, \"metrics\": {\"loss\": Infinity}}')\n"
                        + Report
                ),
                ScriptedModels.Finish()
            )
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        events.ShouldNotContain(item => item.Type == "code_output");
        var metrics = await app.Http.GetFromJsonAsync(
            $"/api/sessions/{session}/metrics",
            ContractJson.Default.MetricItemArray,
            TestContext.Current.CancellationToken
        );
        metrics!.Select(metric => (metric.Step, metric.Value)).ShouldBe([(0, null), (1, 0.5), (2, null)]);
        (await app.SessionAsync(session))
            .ChartConfig!.Value.GetProperty("charts")[0]
            .GetProperty("title")
            .GetString()
            .ShouldBe("Loss");
    }

    [Fact]
    public async Task AModelThatFailsEndsTheStageInASentence()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(new ScriptedTurn.Fail(new InvalidOperationException("secret internals")))
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        var error = events.Single(item => item.Type == "agent_error").Data.GetProperty("error").GetString()!;
        error.ShouldNotContain("secret internals");
        error.ShouldContain("log says why");
    }

    [Fact]
    public async Task DeletingARunningExperimentLeavesNothingBehind()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run("import time\nprint('on', flush=True)\ntime.sleep(600)"))
        );
        var created = await app.CreateExperimentAsync();
        await app.StartStageAsync(created.SessionId, "eda");
        await app.FollowUntilAsync(created.SessionId, item => item.Type == "code_output");
        var deleted = await app.Http.DeleteAsync(
            $"/api/experiments/{created.Id}",
            TestContext.Current.CancellationToken
        );
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);
        SandboxProcesses.Of(created.SessionId).ShouldBeEmpty();
        (
            await app.Http.GetAsync($"/api/sessions/{created.SessionId}", TestContext.Current.CancellationToken)
        ).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Directory
            .EnumerateFileSystemEntries(app.Home, "*", SearchOption.AllDirectories)
            .ShouldNotContain(path =>
                path.Contains(created.Id.ToString()) || path.Contains(created.SessionId.ToString())
            );
    }
}

[OnPostgres]
public sealed class StageTestsOnPostgres : StageTests;
