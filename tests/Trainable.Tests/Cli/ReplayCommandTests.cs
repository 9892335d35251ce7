using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable replay</c> and <c>trainable takeover</c> as processes.</summary>
public sealed class ReplayCommandTests
{
    [Fact]
    public async Task TheExitCodeSaysWhetherEveryFileIsTheSameAndTheOutputWhichIsNot()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("open('report.md', 'w').write('# Findings')"),
            ScriptedModels.Finish(),
            ScriptedModels.Run("import os\nopen('luck.csv', 'w').write('a\\n' + os.urandom(4).hex())"),
            ScriptedModels.Run("open('report.md', 'w').write('# More')"),
            ScriptedModels.Finish()
        );
        await using var home = await ServedHome.StartAsync(models);
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await home.App.FollowToStateAsync(session, "eda_done", "failed");

        var same = await home.RunAsync("replay", $"{session}");
        same.Code.ShouldBe(ExitCodes.Ok, same.Output + same.Errors);
        same.Output.ShouldContain("✓ All 2 files are the same as the original's: 2 byte for byte.");
        same.Output.ShouldContain("No model was asked, and nothing was paid.");

        await home.App.StartStageAsync(session, "eda");
        await home.App.FollowUntilAsync(
            session,
            item => TrainableApp.StateOf(item) is "eda_done" or "failed" && item.Seq > 10,
            (await home.App.SessionAsync(session)).LastSeq
        );
        var other = await home.RunAsync("replay", $"{session}");
        other.Code.ShouldBe(ExitCodes.Failed, other.Output + other.Errors);
        other.Output.Contains("✗ eda/luck.csv differs: line 2: ", StringComparison.Ordinal).ShouldBeTrue(other.Output);
    }

    [Fact]
    public async Task AutopilotGoesOnWithAStageWhoseModelIsGone()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("open('report.md', 'w').write('# Findings')"),
            new ScriptedTurn.Fail(new UserFacingException("The key was refused.")),
            ScriptedModels.Finish()
        );
        await using var home = await ServedHome.StartAsync(models);
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await home.App.FollowToStateAsync(session, "failed");
        var told = await home.RunAsync("show", $"{session}");
        told.Output.ShouldContain($"./trainable takeover {session.ToString()[..13]}");

        var ended = await home.RunAsync("takeover", $"{session}");
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Output + ended.Errors);
        (await home.App.SessionAsync(session)).State.ShouldBe(SessionStates.Done(Stages.Eda));
    }
}
