using System.Net;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Tests.App;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>Faults 4 to 8 and 17: runs start once, stop when told, and end in the state that is shown.</summary>
public sealed class RunFaults : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Fault04OfSixConcurrentStartsOneIsAccepted()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var session = await app.SessionAsync();
        var starts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => app.StartStageAsync(session, "eda")));
        starts
            .Select(start => start.StatusCode)
            .Order()
            .ShouldBe([HttpStatusCode.OK, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)]);
        (await app.SessionAsync(session)).Runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Fault05ARunOfADeadServerGoesOnAndCanBeStopped()
    {
        Guid session;
        await using (var first = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()), _home))
        {
            session = await first.SessionAsync();
            await first.StartStageAsync(session, "eda");
        }
        var models = new ScriptedModels(
            new ScriptedTurn.Hang("I am asked again."),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        );
        await using var second = await TrainableApp.StartAsync(models, _home);
        (await second.SessionAsync(session)).State.ShouldBe("eda_running");
        await second.FollowUntilAsync(
            session,
            item =>
                item.Type == EventTypes.AgentMessageDelta
                && item.Data.GetRawText().Contains("asked again", StringComparison.Ordinal)
        );
        var stopped = await TrainableApp.ReadAsync(await second.AbortAsync(session), ContractJson.Default.AbortResult);
        stopped!.Status.ShouldBe("cancelled");
        var last = (await second.SessionAsync(session)).LastSeq;
        TrainableApp.StateOf((await second.RunEdaAsync(session, after: last))[^1]).ShouldBe("eda_done");
    }

    [Fact]
    public async Task Fault06AStageThatRunsOutOfTimeFailsOnScreenAndInTheDatabase()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run("import time\ntime.sleep(1.2)"), ScriptedModels.Say("More time!"))
        );
        var session = await app.SessionAsync();
        await app.StartStageAsync(session, "eda", new StartStageRequest { BudgetSeconds = 1 });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        events.Count(item => item.Type == EventTypes.BudgetWarning).ShouldBe(1);
        var detail = await app.SessionAsync(session);
        (detail.State, detail.Runs.Single().Status).ShouldBe(("failed", "failed"));
        // And nothing that needs it can start, whatever the state is called.
        var early = await app.StartStageAsync(session, "train");
        early.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(early)).ShouldContain("requires 'prep_done'");
    }

    [Fact]
    public async Task Fault07AStopLeavesNoProcess()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(ScriptedModels.Run(Endless)));
        var session = await app.SessionAsync();
        await app.StartStageAsync(session, "eda");
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.CodeOutput);
        SandboxProcesses.Of(session).ShouldNotBeEmpty();
        await app.AbortAsync(session);
        SandboxProcesses.Of(session).ShouldBeEmpty();
    }

    [Fact]
    public async Task Fault08ARerunOverwritesNoScriptAndDoublesNoArtifact()
    {
        const string script = $"# Look around\n{Report}";
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(script),
                ScriptedModels.Finish(),
                ScriptedModels.Run(script),
                ScriptedModels.Finish()
            )
        );
        var session = await app.SessionAsync();
        var first = await app.RunEdaAsync(session);
        var second = await app.RunEdaAsync(session, after: first[^1].Seq!.Value);
        TrainableApp.StateOf(second[^1]).ShouldBe("eda_done");
        (await app.SessionAsync(session))
            .Artifacts.Select(file => file.Name)
            .ShouldBe(["step_01_look_around.py", "report.md", "step_02_look_around.py"]);
    }

    [Fact]
    public async Task Fault17AfterARestartResultsAreResultsAndThePromptIsTheSame()
    {
        Guid session;
        var before = new ScriptedModels(ScriptedModels.Run(Report), new ScriptedTurn.Hang("Hm"));
        await using (var first = await TrainableApp.StartAsync(before, _home))
        {
            session = await first.SessionAsync();
            await first.StartStageAsync(session, "eda");
            await first.FollowUntilAsync(
                session,
                item => item.Type == EventTypes.AgentMessageDelta && item.Data.GetProperty("text").GetString() == "Hm"
            );
        }
        var after = new ScriptedModels(ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(after, _home);
        await second.FollowToStateAsync(session, "eda_done", "failed");
        var restored = after.Seen[0];
        restored
            .Select(message => message.Role)
            .ShouldBe([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool]);
        // Word for word what was sent before, so that a provider's cache of the prefix still holds.
        restored.Take(2).Select(message => message.Text).ShouldBe(before.Seen[0].Select(message => message.Text));
    }
}
