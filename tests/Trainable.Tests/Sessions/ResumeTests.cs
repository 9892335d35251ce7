using System.Net.Http.Json;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>A server stops in the middle of a run, and the next one over the same home goes on with it.</summary>
public class ResumeTests : IAsyncDisposable
{
    private const string Report = "open('report.md', 'w').write('# Findings')";
    private const string Endless = "import time\nprint('on', flush=True)\ntime.sleep(600)";

    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task AServerThatStopsGoesOnWithTheRunWhenItStartsAgain()
    {
        Guid session;
        await using (
            var first = await TrainableApp.StartAsync(
                new ScriptedModels(ScriptedModels.Run(Report), new ScriptedTurn.Hang()),
                _home
            )
        )
        {
            session = (await first.CreateExperimentAsync()).SessionId;
            await first.StartStageAsync(session, "eda");
            await first.FollowUntilAsync(session, item => item.Type == "tool_end");
        }
        var models = new ScriptedModels(ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(models, _home);
        var events = await second.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        models.Seen.Count.ShouldBe(1);
        events.Select(item => item.Seq).Where(seq => seq is not null).ShouldBeUnique();
        (await second.SessionAsync(session)).Runs.Single().Status.ShouldBe("done");
    }

    [Fact]
    public async Task AnInterruptedStepIsToldToTheModelAsInterrupted()
    {
        Guid session;
        await using (var first = await TrainableApp.StartAsync(new ScriptedModels(ScriptedModels.Run(Endless)), _home))
        {
            session = (await first.CreateExperimentAsync()).SessionId;
            await first.StartStageAsync(session, "eda");
            await first.FollowUntilAsync(session, item => item.Type == "code_output");
        }
        var models = new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(models, _home);
        var events = await second.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen.Count.ShouldBe(2);
        models
            .Seen[0][^1]
            .Contents.OfType<FunctionResultContent>()
            .Single()
            .Result!.ToString()!
            .ShouldStartWith("interrupted");
        events.Count(item => item.Type == "tool_start").ShouldBe(3);
        events.Count(item => item.Type == "tool_end").ShouldBe(3);
        (await second.SessionAsync(session))
            .Artifacts.Where(file => file.ArtifactType == "script")
            .Select(file => file.Name)
            .ShouldBe(["step_01_time.py", "step_02_code.py"]);
    }

    [Fact]
    public async Task WhatAPersonWroteWhileAReplyStreamedIsReadAfterARestart()
    {
        var gate = new TaskCompletionSource();
        var held = new ScriptedTurn.Held(gate.Task, (ScriptedTurn.Reply)ScriptedModels.Run(Endless));
        Guid session;
        await using (var first = await TrainableApp.StartAsync(new ScriptedModels(held), _home))
        {
            session = (await first.CreateExperimentAsync()).SessionId;
            await first.StartStageAsync(session, "eda");
            await first.FollowUntilAsync(session, item => item.Type == "agent_message_delta");
            await first.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/messages",
                new PostMessageRequest { Content = "Mind the outliers." },
                ContractJson.Default.PostMessageRequest,
                TestContext.Current.CancellationToken
            );
            gate.SetResult();
            await first.FollowUntilAsync(session, item => item.Type == "code_output");
        }
        var models = new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(models, _home);
        await second.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen[0][^1].Text.ShouldBe("Mind the outliers.");
        models.Seen[1].Count(message => message.Text == "Mind the outliers.").ShouldBe(1);
    }

    [Fact]
    public async Task AModelThatOnlyTalkedIsRemindedAfterARestartToo()
    {
        Guid session;
        await using (
            var first = await TrainableApp.StartAsync(
                new ScriptedModels(ScriptedModels.Say("All done."), new ScriptedTurn.Hang("Let me")),
                _home
            )
        )
        {
            session = (await first.CreateExperimentAsync()).SessionId;
            await first.StartStageAsync(session, "eda");
            await first.FollowUntilAsync(session, item => item.Type == "agent_message_delta" && Says(item, "Let me"));
        }
        var models = new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(models, _home);
        await second.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen[0][^1].Role.ShouldBe(ChatRole.User);
        models.Seen[0][^1].Text.ShouldContain("finish_stage");
    }

    private static bool Says(StreamEvent item, string text) => item.Data.GetProperty("text").GetString() == text;
}

[OnPostgres]
public sealed class ResumeTestsOnPostgres : ResumeTests;
