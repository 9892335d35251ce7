using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>Each limit ends a step with a result of its own and a sentence that says what was used and what is allowed.</summary>
public sealed class LimitTests
{
    private static readonly StepLimits Wide = new() { WallClock = SandboxLab.Limit };

    [Fact]
    public async Task CpuTimeIsThatOfAllProcessesTogether()
    {
        using var lab = new SandboxLab();
        await lab.RequireControlGroupsAsync();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os
            os.fork()
            while True: pass
            """;

        var report = await session.RunAsync(code, Wide with { CpuTime = TimeSpan.FromSeconds(1) });

        report.ShouldHave(StepOutcome.CpuLimit).Ended.Sentence.ShouldContain("of CPU time, of at most 1 s");
    }

    [Fact]
    public async Task ASessionThatFillsTheDiskIsStoppedAndCanTidyUp()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var limits = Wide with { DiskBytes = 32L << 20 };
        const string code = """
            import os, time
            with open("big", "wb") as file:
                for _ in range(48):
                    file.write(os.urandom(1 << 20))
            time.sleep(600)
            """;

        var report = await session.RunAsync(code, limits);

        report.ShouldHave(StepOutcome.DiskLimit).Ended.Sentence.ShouldContain("of at most 32 MB");
        (await session.RunAsync("import os, time; time.sleep(0.5); os.unlink('big')", limits)).ShouldHave(
            StepOutcome.Ok
        );
    }

    [Fact]
    public async Task ASparseFileAndASecondNameTakeNoMoreThanTheyDo()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os, time
            with open("sparse", "wb") as file:
                file.truncate(1 << 30)
            with open("one", "wb") as file:
                file.write(os.urandom(20 << 20))
            for number in range(20):
                os.link("one", f"link{number}")
            time.sleep(0.6)
            """;

        (await session.RunAsync(code, Wide with { DiskBytes = 32L << 20 })).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task TooManyFilesStopAStep()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        const string code = """
            import time
            for number in range(3000):
                open(f"file{number}", "w").close()
            time.sleep(600)
            """;

        var report = await session.RunAsync(code, Wide with { DiskFiles = 1000 });

        report.ShouldHave(StepOutcome.DiskLimit).Ended.Sentence.ShouldContain("of at most 1,000");
    }

    [Fact]
    public async Task AFileThatGrowsTooLargeEndsTheStep()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync(
            "with open('big', 'wb') as file: file.write(bytes(2 << 20))",
            Wide with
            {
                FileBytes = 1 << 20,
            }
        );

        report.ShouldHave(StepOutcome.FileLimit).Ended.Sentence.ShouldContain("a file of more than 1 MB");
    }

    [Fact]
    public async Task AStepThatFailsForWantOfProcessesIsToldHowManyItMayHave()
    {
        using var lab = new SandboxLab();
        await lab.RequireControlGroupsAsync();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os, signal
            while True:
                if os.fork() == 0:
                    signal.pause()
            """;

        var report = await session.RunAsync(code, Wide with { Processes = 16 });

        report.ShouldHave(StepOutcome.ProcessLimit).Ended.Sentence.ShouldContain("it may have 16 at a time");
    }
}
