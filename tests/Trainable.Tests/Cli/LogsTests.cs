using System.Text.Json;
using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable logs</c> in a process of its own, against a server with a scripted model.</summary>
public sealed class LogsTests
{
    private const string Report =
        "import trainable\nopen('report.md', 'w').write('# Findings')\nprint('two\\nlines \\x1b[31mred')";

    [Fact]
    public async Task TheLogTellsTimeStageAndWhatHappened()
    {
        await using var home = await ServedHome.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish())
        );
        await RunEdaAsync(home);
        var log = await home.RunAsync("logs", "latest");
        log.Code.ShouldBe(ExitCodes.Ok, log.Errors);
        log.Errors.ShouldBeEmpty();
        var lines = log.Output.Split('\n');
        lines[0].ShouldMatch(@"^\d{4}-\d\d-\d\d$");
        lines[1].ShouldMatch(@"^\d\d:\d\d:\d\d  EDA    EDA is running$");
        log.Output.ShouldContain("  EDA    agent: Running.");
        log.Output.ShouldContain("  EDA      two\n");
        log.Output.ShouldContain("  EDA      lines red\n");
        log.Output.TrimEnd().ShouldEndWith("  EDA    EDA is done");
    }

    [Fact]
    public async Task JsonLinesCanBeNarrowedByNumberAndType()
    {
        await using var home = await ServedHome.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish())
        );
        await RunEdaAsync(home);
        var all = Events(await home.RunAsync("logs", "latest", "--json"));
        all.Select(item => item.Seq).ShouldBe(Enumerable.Range(1, all.Count).Select(seq => (long?)seq));
        all.ShouldAllBe(item => item.CreatedAt != null);
        Events(await home.RunAsync("logs", "latest", "--json", "--after", "3")).Count.ShouldBe(all.Count - 3);
        Events(await home.RunAsync("logs", "latest", "--json", "--type", "tool_start,tool_end"))
            .Select(item => item.Type)
            .Distinct()
            .ShouldBe(["tool_start", "tool_end"]);
        Events(await home.RunAsync("logs", "latest", "--json", "--after", "9999")).ShouldBeEmpty();
    }

    [Fact]
    public async Task FollowingEndsWithTheRun()
    {
        var gate = new TaskCompletionSource();
        await using var home = await ServedHome.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(Report),
                new ScriptedTurn.Held(gate.Task, new ScriptedTurn.Reply("", ScriptedModels.Call("finish_stage")))
            )
        );
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await using var logs = home.Start(keepInput: false, "logs", session.ToString()[..13], "-f");
        await logs.ReadUntilAsync("✓ execute_code");
        gate.SetResult();
        var ended = await logs.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.TrimEnd().ShouldEndWith("EDA is done");
    }

    [Fact]
    public async Task AnInterruptLeavesTheRunAlone()
    {
        await using var home = await ServedHome.StartAsync(new ScriptedModels(new ScriptedTurn.Hang("Thinking.")));
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await using var logs = home.Start(keepInput: false, "logs", "latest", "-f");
        await logs.ReadUntilAsync("EDA is running");
        await logs.InterruptAsync();
        (await logs.EndAsync()).ShouldBe(new Ended(ExitCodes.Cancelled, "", ""));
        (await home.App.SessionAsync(session)).State.ShouldBe("eda_running");
    }

    [Theory]
    [InlineData("There is no type of event 'agent_mesage'. Did you mean 'agent_message'?", "--type", "agent_mesage")]
    [InlineData("--after is '-1'", "--after", "-1")]
    public async Task WrongUsageEndsWithTwoAndASentence(string sentence, params string[] arguments)
    {
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, ["logs", "latest", .. arguments]);
        ended.Code.ShouldBe(ExitCodes.Usage);
        ended.Errors.ShouldContain(sentence);
    }

    private static async Task RunEdaAsync(ServedHome home)
    {
        var session = (await home.App.CreateExperimentAsync()).SessionId;
        await home.App.StartStageAsync(session, "eda");
        await home.App.FollowToStateAsync(session, "eda_done", "failed");
    }

    private static List<StreamEvent> Events(Ended ended)
    {
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        return
        [
            .. ended
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize(line, ContractJson.Default.StreamEvent)!),
        ];
    }
}
