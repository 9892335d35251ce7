using System.Net;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>A stage whose model is gone for good goes on with autopilot, from where it stands.</summary>
public sealed class TakeOverTests : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static ScriptedTurn Dies =>
        new ScriptedTurn.Fail(new UserFacingException("The quota is used up; 5 tries were made."));

    [Fact]
    public async Task WhatTheOtherAgentLeftIsHandedInFirst()
    {
        var models = new ScriptedModels(ScriptedModels.Run("open('report.md', 'w').write('# Findings')"), Dies);
        var session = await LeaveAsync(models, "eda");
        await using var app = await TrainableApp.StartAsync(home: _home, configure: TrainableApp.WithoutPreloading);
        var response = await TakeOverAsync(app, session, "eda");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var events = await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) is "eda_done");
        events[^1].Type.ShouldBe(EventTypes.StateChange);
        var detail = await app.SessionAsync(session);
        detail.Runs.Select(run => (run.Model, run.Status)).ShouldBe([("scripted", "failed"), ("autopilot", "done")]);
        detail.Runs[1].Instructions.ShouldBe("mind the gap");
        detail.Messages.ShouldContain(message => message.Content.StartsWith("Another agent has worked on this stage"));
        detail.Artifacts.Count(file => file.ArtifactType == "script").ShouldBe(1);

        var refused = await TakeOverAsync(app, session, "eda");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(refused)).ShouldStartWith("No stage of this session has failed");
    }

    [Fact]
    public async Task WhatDoesNotHoldYetAutopilotDoesItself()
    {
        var models = new ScriptedModels(ScriptedModels.Run("# Look around\nopen('notes.txt', 'w').write('x')"), Dies);
        var session = await LeaveAsync(models, "eda");
        await using var app = await TrainableApp.StartAsync(home: _home);
        (await TakeOverAsync(app, session, "eda")).EnsureSuccessStatusCode();
        var events = await app.FollowUntilAsync(
            session,
            item => TrainableApp.StateOf(item) is "eda_done" || (item.Type == EventTypes.AgentError && item.Seq > 20)
        );
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var detail = await app.SessionAsync(session);
        detail.Messages.ShouldContain(message => message.Content.StartsWith("What is there does not hold yet"));
        detail.Artifacts.ShouldContain(file => file.Path.EndsWith("scripts/step_01_look_around.py"));
        detail.Artifacts.ShouldContain(file => file.Path.Contains("scripts/step_02_profile_every_column"));
    }

    [Fact]
    public async Task AutopilotsOwnFailureIsNotTakenOverByItself()
    {
        await using var app = await TrainableApp.StartAsync(home: _home, configure: TrainableApp.WithoutPreloading);
        var session = (await app.CreateExperimentAsync(instructions: "cluster the rows")).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "failed");
        var refused = await TakeOverAsync(app, session, "eda");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(refused)).ShouldStartWith("autopilot ran eda itself");
    }

    /// <summary>A session whose stage a scripted model began and could not end.</summary>
    private async Task<Guid> LeaveAsync(ScriptedModels models, string stage)
    {
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, stage, new StartStageRequest { Instructions = "mind the gap" });
        await app.FollowToStateAsync(session, "failed");
        return session;
    }

    private static Task<HttpResponseMessage> TakeOverAsync(TrainableApp app, Guid session, string stage) =>
        app.StartStageAsync(session, stage, new StartStageRequest { TakeOver = true });
}
