using System.Globalization;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>The process and the control group of the next step are made while nothing runs; steps must not notice.</summary>
public sealed class NextStepTests
{
    [Fact]
    public async Task AStepGetsItsOwnLimitsAndNotThoseItsGroupWasMadeWith()
    {
        using var lab = new SandboxLab();
        await lab.RequireControlGroupsAsync();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os, signal
            block = bytearray(200 << 20)
            forked = 0
            try:
                for _ in range(20):
                    if os.fork() == 0:
                        signal.pause()
                    forked += 1
            except BlockingIOError:
                pass
            print("forked", forked)
            """;
        var wide = new StepLimits { WallClock = SandboxLab.Limit };

        (await session.RunAsync(code, wide)).ShouldHave(StepOutcome.Ok).Stdout.ShouldContain("forked 20");
        (await session.RunAsync(code, wide with { MemoryBytes = 128L << 20 })).ShouldHave(StepOutcome.OutOfMemory);
        (await session.RunAsync(code, wide with { Processes = 8 }))
            .ShouldHave(StepOutcome.Ok)
            .Stdout.ShouldContain("forked 7");
        (await session.RunAsync(code, wide)).ShouldHave(StepOutcome.Ok).Stdout.ShouldContain("forked 20");
    }

    [Fact]
    public async Task AStepThatCouldNotStartLeavesTheNextOneItsProcess()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var script = session.Write("import os; print(os.getpid())");
        var nowhere = script with { WorkingDirectory = $"{session.SandboxDirectory}/gone" };
        var before = await RunAsync(session, script);

        var refused = await RunAsync(session, nowhere);
        var after = await RunAsync(session, script);

        refused.ShouldHave(StepOutcome.Error).Ended.Sentence.ShouldContain("could not be started");
        // A new runner counts its pids from the start.
        ReadPid(after).ShouldBeGreaterThan(ReadPid(before), "the runner lived on");
        after.Ended.PeakMemoryBytes.ShouldBeGreaterThan(0);
    }

    private static int ReadPid(StepReport report) =>
        int.Parse(report.ShouldHave(StepOutcome.Ok).Stdout, CultureInfo.InvariantCulture);

    private static Task<StepReport> RunAsync(LabSession session, SandboxScript script) =>
        StepReport.ReadAsync(
            session.Sandbox.RunAsync(
                script,
                new StepLimits { WallClock = SandboxLab.Limit },
                TestContext.Current.CancellationToken
            )
        );
}
