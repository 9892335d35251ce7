using System.Diagnostics;
using System.Text.Json;
using Trainable.Cli;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary><c>trainable run</c> as a process with signals, other processes beside it, and things missing.</summary>
[Trait("Kind", "integration")]
public sealed class RunProcessTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-run-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task AnInterruptStopsTheRunAndItsSandbox(string signal)
    {
        await using var run = Start("run", "sample:iris", "--stage", "eda");
        await run.ReadUntilAsync("✓ step_01");
        await run.SignalAsync(signal);
        var ended = await run.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Cancelled, ended.Errors);
        ended.Errors.ShouldBeEmpty();
        ended.Output.ShouldContain("Stopping. Ctrl-C again leaves at once");
        ended.Output.ShouldContain("EDA was cancelled");
        (await StateAsync()).ShouldBe("cancelled");
    }

    [Fact]
    public async Task ASecondInterruptLeavesAtOnceAndTheRunCanBeTakenUp()
    {
        await using var run = Start("run", "sample:iris", "--stage", "eda");
        await run.ReadUntilAsync("✓ step_01");
        // Stopped, it takes in both at once, whatever the first would have led to by then.
        await run.SignalAsync("STOP");
        await run.SignalAsync("INT");
        await run.SignalAsync("TERM");
        var since = Stopwatch.GetTimestamp();
        await run.SignalAsync("CONT");
        (await run.EndAsync()).Code.ShouldBe(ExitCodes.Cancelled);
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await StateAsync()).ShouldBeOneOf("eda_running", "cancelled");
    }

    [Theory]
    [InlineData("logs", "latest", "-f")]
    [InlineData("chat", "latest")]
    public async Task AClientTakesTheRunOverFromAnOwnerThatWasKilled(params string[] client)
    {
        await using var owner = Start("run", "sample:messy-churn", "--stage", "eda");
        await owner.ReadUntilAsync("✓ step_01");
        await using var follower = Start(client);
        await follower.ReadUntilAsync("EDA is running");
        await owner.KillAsync();
        var ended = await follower.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        ended.Output.ShouldContain("EDA is done");
        (await StateAsync()).ShouldBe("eda_done");
    }

    [Fact]
    public async Task TwoRunsShareAHomeAndTheSecondOutlivesTheFirst()
    {
        await using var owner = Start("run", "sample:iris", "--stage", "eda");
        await owner.ReadUntilAsync("✓ step_01");
        await using var second = Start("run", "sample:wine", "--stage", "eda", "--json");
        await second.ReadUntilAsync("\"tool_end\"");
        await owner.KillAsync();
        var ended = await second.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Ok, ended.Errors);
        using var summary = JsonDocument.Parse(ended.Output.TrimEnd().Split('\n')[^1]);
        summary.RootElement.GetProperty("type").GetString().ShouldBe("summary");
        summary.RootElement.GetProperty("data").GetProperty("state").GetString().ShouldBe("eda_done");
    }

    [Fact]
    public async Task WithoutPythonNothingIsWrittenAndTheExitCodeSaysSo()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_home, TrainableHome.PythonConfigName),
            """{"executable":"/nowhere/python3","prefixes":[]}""",
            TestContext.Current.CancellationToken
        );
        var csv = Path.Combine(_home, "data.csv");
        await File.WriteAllTextAsync(csv, Tables.Small, TestContext.Current.CancellationToken);
        await using var run = Start("run", csv);
        var ended = await run.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Missing);
        ended.Output.ShouldBeEmpty();
        ended.Errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith("Python, which agents' scripts run in,");
        Directory
            .EnumerateFileSystemEntries(_home)
            .Select(Path.GetFileName)
            .Order()
            .ShouldBe(["data.csv", "python.json"]);
    }

    private CommandProcess Start(params string[] arguments) =>
        CommandProcess.Start(
            CommandProcess.Trainable,
            [.. arguments, "--home", _home],
            keepInput: arguments[0] == "chat"
        );

    /// <summary>The latest session's state, once nothing of its sandbox is left.</summary>
    private async Task<string> StateAsync()
    {
        var shown = await CommandProcess.RunAsync(
            CommandProcess.Trainable,
            ["show", "latest", "--json", "--home", _home]
        );
        using var report = JsonDocument.Parse(shown.Output);
        await SandboxProcesses.WaitUntilNoneAsync(report.RootElement.GetProperty("session_id").GetGuid());
        return report.RootElement.GetProperty("state").GetString()!;
    }
}
