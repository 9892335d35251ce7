using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

public sealed class OutcomeTests
{
    [Fact]
    public async Task AScriptThatEndsWellIsOkAndItsOutputArrivesByStream()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync(
            """
            import sys
            print("héllo")
            print("warned", file=sys.stderr)
            """
        );

        report.ShouldHave(StepOutcome.Ok);
        report.Stdout.ShouldBe("héllo\n");
        report.Stderr.ShouldBe("warned\n");
        report.Ended.ExitCode.ShouldBe(0);
        report.Ended.Wall.ShouldBeGreaterThan(TimeSpan.Zero);
        report.Ended.PeakMemoryBytes.ShouldBeGreaterThan(0);
        report.Ended.Sentence.ShouldStartWith("The step ran for ");
    }
}
