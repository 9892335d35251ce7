using Microsoft.Extensions.AI;
using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable chat</c> in a process of its own, against a server with a scripted model.</summary>
public sealed class ChatTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    [Fact]
    public async Task ALineReachesTheAgentAtItsNextTurnAndItsAnswerIsShown()
    {
        var gate = new TaskCompletionSource();
        var models = new ScriptedModels(
            new ScriptedTurn.Held(gate.Task, new ScriptedTurn.Reply("", ScriptedModels.Call("list_files"))),
            ScriptedModels.Run(Report, "As you \e[31mwish: the column is gone."),
            ScriptedModels.Finish()
        );
        await using var home = await ServedHome.StartAsync(models);
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await home.App.FollowUntilAsync(session, item => item.Type == "agent_message_delta");
        await using var chat = home.Start(keepInput: true, "chat", "latest");
        await chat.ReadUntilAsync("EDA is running with scripted.");
        await chat.WriteLineAsync("please drop the id column");
        await home.App.FollowUntilAsync(session, item => item.Type == "user_message");
        gate.SetResult();
        var ended = await chat.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("agent  As you wish: the column is gone.");
        ended.Output.ShouldNotContain('\e');
        ended.Output.ShouldContain("EDA is done");
        ended.Output.ShouldContain("The run has ended");
        models
            .Seen[1]
            .ShouldContain(message => message.Role == ChatRole.User && message.Text == "please drop the id column");
    }

    [Fact]
    public async Task WhereNothingRunsTheAgentAnswersAndTheStateStays()
    {
        await using var home = await ServedHome.StartAsync(new ScriptedModels(ScriptedModels.Say("Use the log.")));
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        var ended = await home.RunAsync("chat", "latest", "what of the price?");
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("agent  Use the log.");
        (await home.App.SessionAsync(session)).State.ShouldBe("created");
        (await home.RunAsync("chat", "latest", "")).Errors.ShouldStartWith("Nothing runs in ");
    }

    [Fact]
    public async Task AScriptIsApprovedAndAQuestionAnsweredFromTheCommandLine()
    {
        var models = new ScriptedModels(
            new ScriptedTurn.Reply("", ScriptedModels.Call("ask_user", ("question", "Which one?"))),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        );
        await using var home = await ServedHome.StartAsync(models);
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda", new StartStageRequest { ApproveCode = true });
        await home.App.FollowUntilAsync(session, item => item.Type == EventTypes.Question);
        (await home.RunAsync("chat", "latest", "the first")).Output.ShouldStartWith("Answered");
        await home.App.FollowUntilAsync(
            session,
            item => item.Type == EventTypes.Question && item.Data.GetProperty("kind").GetString() == "approval"
        );
        (await home.RunAsync("chat", "latest", "perhaps")).Code.ShouldBe(ExitCodes.Usage);
        (await home.RunAsync("chat", "latest", "y")).Output.ShouldStartWith("Answered");
        await home.App.FollowToStateAsync(session, "eda_done", "failed");
        (await home.App.SessionAsync(session)).State.ShouldBe("eda_done");
    }

    [Fact]
    public async Task StartGivesTheMessageToAStageAsItsInstructions()
    {
        var models = new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var home = await ServedHome.StartAsync(models);
        await home.App.CreateExperimentAsync();
        var ended = await home.RunAsync("chat", "latest", "look at the outliers first", "--start", "eda");
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("EDA done after");
        models.Seen[0].ShouldContain(message => message.Text.Contains("look at the outliers first"));
    }

    [Fact]
    public async Task AutopilotIsSaidNotToListen()
    {
        // The command goes by the run's model, whoever plays it here: a real one might be done by then.
        await using var home = await ServedHome.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda", new StartStageRequest { Model = "autopilot" });
        var ended = await home.RunAsync("chat", "latest", "be careful");
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldStartWith("Kept, but autopilot takes no steering by messages");
        (await home.App.SessionAsync(session)).Messages.ShouldContain(message => message.Content == "be careful");
    }

    [Fact]
    public async Task StartWithoutAMessageIsWrongUsage()
    {
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, ["chat", "latest", "--start", "eda"]);
        ended.Code.ShouldBe(ExitCodes.Usage);
        ended.Errors.ShouldContain("--start needs a MESSAGE");
    }
}
