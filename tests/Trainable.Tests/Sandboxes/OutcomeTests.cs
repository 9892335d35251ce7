using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

public sealed class OutcomeTests
{
    private static readonly StepLimits Short = new() { WallClock = TimeSpan.FromMilliseconds(300) };

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

    [Fact]
    public async Task AScriptThatRaisesIsAnErrorWithItsTraceback()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = (await session.RunAsync("1 / 0")).ShouldHave(StepOutcome.Error);

        report.Stderr.ShouldContain("ZeroDivisionError");
        report.Ended.ExitCode.ShouldBe(1);
        report.Ended.Sentence.ShouldContain("exit code 1");
    }

    [Fact]
    public async Task ACrashInNativeCodeIsAnErrorThatNamesTheSignal()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = (await session.RunAsync("import ctypes; ctypes.string_at(0)")).ShouldHave(StepOutcome.Error);

        report.Ended.Signal.ShouldBe(11);
        report.Ended.Sentence.ShouldContain("SIGSEGV");
    }

    [Fact]
    public async Task ARefusedAllocationIsAnErrorOfTheScriptNotOfTheSandbox()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = (await session.RunAsync("raise MemoryError()")).ShouldHave(StepOutcome.Error);

        report.Stderr.ShouldContain("MemoryError");
    }

    [Fact]
    public async Task AMissingScriptIsAnErrorThatSaysSo()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var script = new SandboxScript
        {
            Path = $"{session.SandboxDirectory}/none.py",
            WorkingDirectory = session.SandboxDirectory,
        };

        var run = session.Sandbox.RunAsync(script, new StepLimits(), TestContext.Current.CancellationToken);
        var report = (await StepReport.ReadAsync(run)).ShouldHave(StepOutcome.Error);

        (report.Stderr + report.Ended.Sentence).ShouldContain("none.py");
    }

    [Fact]
    public async Task AStepPastItsTimeIsStoppedAndKeepsWhatItWrote()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync("print('begun', flush=True)\nwhile True: pass", Short);

        report.ShouldHave(StepOutcome.Timeout).Stdout.ShouldBe("begun\n");
        report.Ended.Sentence.ShouldStartWith("The step was stopped after 0.3 s, its limit.");
    }

    [Fact]
    public async Task CancellingEndsTheStreamAndEveryProcessOfTheStep()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var marker = $"cancelled-{Guid.NewGuid():N}";
        var code = $"""
            import subprocess, sys, time
            wait = "import time; print('up', flush=True); time.sleep(600)"
            workers = [subprocess.Popen([sys.executable, "-c", wait, "{marker}"], stdout=subprocess.PIPE) for _ in range(5)]
            for worker in workers: worker.stdout.readline()
            print("started", flush=True)
            time.sleep(600)
            """;

        StepEnded? ended = null;
        await foreach (var told in session.Start(code, limits: null, cancel.Token))
        {
            ended = told as StepEnded;
            if (told is StepOutput)
            {
                HostProcesses.WithArgument(marker).Count.ShouldBe(5);
                await cancel.CancelAsync();
            }
        }

        ended.ShouldNotBeNull().Outcome.ShouldBe(StepOutcome.Cancelled);
        HostProcesses.WithArgument(marker).ShouldBeEmpty();
        (await session.RunAsync("print('next')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task AStepCancelledBeforeItsTurnNeverRuns()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        var report = await StepReport.ReadAsync(session.Start("print('ran')", limits: null, cancel.Token));

        report.ShouldHave(StepOutcome.Cancelled).Stdout.ShouldBeEmpty();
    }

    [Fact]
    public async Task AStepThatNeedsTooMuchMemoryIsEndedAndTheNextOneRuns()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var limits = new StepLimits { MemoryBytes = 256L << 20, WallClock = SandboxLab.Limit };

        var report = await session.RunAsync(
            "print('begun', flush=True)\nhoard = []\nwhile True: hoard.append(bytearray(b'x' * (1 << 20)))",
            limits
        );

        report.ShouldHave(StepOutcome.OutOfMemory).Stdout.ShouldBe("begun\n");
        report.Ended.Sentence.ShouldContain("256 MB of memory");
        report.Ended.PeakMemoryBytes.ShouldBeGreaterThan(200L << 20);
        (await session.RunAsync("print('next')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task FilesInTmpCountAsMemory()
    {
        using var lab = new SandboxLab();
        await lab.RequireControlGroupsAsync();
        await using var session = await lab.OpenAsync();
        var limits = new StepLimits { MemoryBytes = 128L << 20, WallClock = SandboxLab.Limit };

        var report = await session.RunAsync("open('/tmp/big', 'wb').write(bytes(400 << 20))", limits);

        report.ShouldHave(StepOutcome.OutOfMemory);
    }

    [Fact]
    public async Task AStepThatFloodsItsOutputIsEndedAtTheLimit()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var limits = new StepLimits { OutputBytes = 1 << 20, WallClock = SandboxLab.Limit };

        var report = await session.RunAsync("while True: print('x' * 10000)", limits);

        report.ShouldHave(StepOutcome.OutputLimit);
        report.Stdout.Length.ShouldBeInRange(1, 1 << 20);
        report.Ended.Sentence.ShouldContain("1 MB of output");
    }

    [Fact]
    public async Task OneLineWithoutAnEndArrivesInPieces()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync("import sys\nfor _ in range(64): sys.stdout.write('x' * (1 << 20))");

        report.ShouldHave(StepOutcome.Ok).Stdout.Length.ShouldBe(64 << 20);
    }

    [Fact]
    public async Task ARunnerThatIsKilledLosesItsStepAndIsStartedAgainByTheNext()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var marker = $"lost-{Guid.NewGuid():N}";

        StepEnded? ended = null;
        await foreach (
            var told in session.Start(
                $"import ctypes, time; print('{marker}', flush=True); time.sleep(600)",
                limits: null,
                TestContext.Current.CancellationToken
            )
        )
        {
            ended = told as StepEnded;
            if (told is StepOutput)
                HostProcesses.Kill(HostProcesses.WithArgument(session.SandboxDirectory));
        }

        ended.ShouldNotBeNull().Outcome.ShouldBe(StepOutcome.Lost);
        ended.Sentence.ShouldContain("Run it again");
        (await session.RunAsync("print('again')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task AConsumerThatLeavesEarlyEndsTheStep()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var marker = $"left-{Guid.NewGuid():N}";
        var code = $"""
            import subprocess, sys
            worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{marker}"])
            while True: print("more")
            """;

        await foreach (var _ in session.Start(code, limits: null, TestContext.Current.CancellationToken))
            break;

        HostProcesses.WithArgument(marker).ShouldBeEmpty();
        (await session.RunAsync("print('next')")).ShouldHave(StepOutcome.Ok).Stdout.ShouldBe("next\n");
    }

    [Fact]
    public async Task StepsOfASandboxRunOneAfterTheOther()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os, time
            os.mkdir("only-one")
            time.sleep(0.05)
            os.rmdir("only-one")
            """;

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => session.RunAsync(code)));

        foreach (var report in reports)
            report.ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task RecordsOfTheSdkComeOnAStreamOfTheirOwn()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync("from trainable import log\nlog(step=1, metrics={'loss': 0.5})");

        report.ShouldHave(StepOutcome.Ok).Stdout.ShouldBeEmpty();
        report.Records.ShouldContain("\"loss\"");
    }

    [Fact]
    public async Task AStepGetsItsArgumentsItsEnvironmentAndItsDirectory()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var script = session.Write("import os, sys; print(sys.argv[1:], os.environ['ANSWER'], os.getcwd())") with
        {
            Arguments = ["a b", "$(id)"],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ANSWER"] = "42" },
        };

        var run = session.Sandbox.RunAsync(script, new StepLimits(), TestContext.Current.CancellationToken);
        var report = await StepReport.ReadAsync(run);

        report.Stdout.ShouldBe($"['a b', '$(id)'] 42 {session.SandboxDirectory}\n");
    }

    [Fact]
    public async Task FilesTheHostWritesLaterAreTheSandboxsToo()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var stage = TrainableHome.Make(Path.Combine(session.Directory, "prep"));
        TrainableHome.Make(Path.Combine(stage, "scripts"));
        File.WriteAllText(Path.Combine(stage, "scripts", "step.py"), "open('made', 'w').write('x')");
        var script = new SandboxScript
        {
            Path = $"{session.SandboxDirectory}/prep/scripts/step.py",
            WorkingDirectory = $"{session.SandboxDirectory}/prep",
        };

        var run = session.Sandbox.RunAsync(script, new StepLimits(), TestContext.Current.CancellationToken);
        (await StepReport.ReadAsync(run)).ShouldHave(StepOutcome.Ok);

        File.Exists(Path.Combine(stage, "made")).ShouldBeTrue();
    }
}
