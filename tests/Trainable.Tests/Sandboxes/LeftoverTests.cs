using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>Nothing a step starts outlives it, and nothing of a sandbox outlives the sandbox.</summary>
public sealed class LeftoverTests
{
    private const string Daemonise = """
        import os, subprocess, sys
        def daemon(marker):
            # Two forks and sessions, output elsewhere: as unlike a child as a process can get.
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    null = os.open(os.devnull, os.O_RDWR)
                    for descriptor in range(4):
                        os.dup2(null, descriptor)
                    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)", marker])
                os._exit(0)

        """;

    [Fact]
    public async Task DaemonsOfAStepDieWithIt()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var marker = $"daemon-{Guid.NewGuid():N}";

        (await session.RunAsync(Daemonise + $"for _ in range(3): daemon('{marker}')")).ShouldHave(StepOutcome.Ok);

        HostProcesses.WithArgument(marker).ShouldBeEmpty();
    }

    [Fact]
    public async Task ADaemonThatHoldsTheOutputDoesNotHoldTheStep()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        const string code = """
            import os, time
            if os.fork() == 0:
                os.setsid()
                while True:
                    print("still here", flush=True)
                    time.sleep(0.001)
            """;

        (await session.RunAsync(code)).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task AForkBombHitsItsLimitAndIsCleared()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        var marker = $"bomb-{Guid.NewGuid():N}";
        var limits = new StepLimits { Processes = 64, WallClock = TimeSpan.FromSeconds(1) };
        var code = $"""
            import os, sys
            code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
            os.execv(sys.executable, [sys.executable, "-c", code, "{marker}"])
            """;

        (await session.RunAsync(code, limits)).ShouldHave(StepOutcome.Timeout);

        HostProcesses.WithArgument(marker).ShouldBeEmpty();
        (await session.RunAsync("print('next')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task WhoeverDisposesOfASandboxFindsItsProcessesGone()
    {
        using var lab = new SandboxLab();
        var session = await lab.OpenAsync();
        HostProcesses.WithArgument(session.SandboxDirectory).ShouldNotBeEmpty();

        var first = session.DisposeAsync();
        await session.DisposeAsync();

        HostProcesses.WithArgument(session.SandboxDirectory).ShouldBeEmpty();
        await first;
    }

    [Fact]
    public async Task DisposingASandboxLeavesNoProcessAndNoGroup()
    {
        using var lab = new SandboxLab();
        var session = await lab.OpenAsync();
        await session.RunAsync("print('used')");
        HostProcesses.WithArgument(session.SandboxDirectory).ShouldNotBeEmpty();

        await session.DisposeAsync();

        HostProcesses.WithArgument(session.SandboxDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task DisposingDuringAStepEndsIt()
    {
        using var lab = new SandboxLab();
        var session = await lab.OpenAsync();
        var marker = $"disposed-{Guid.NewGuid():N}";
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var code = $"""
            import subprocess, sys
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{marker}"])
            print("started", flush=True)
            while True: pass
            """;
        var running = Task.Run(async () =>
        {
            StepEnded? ended = null;
            await foreach (var told in session.Start(code, limits: null, CancellationToken.None))
            {
                started.TrySetResult();
                ended = told as StepEnded;
            }
            return ended;
        });
        await started.Task.WaitAsync(SandboxLab.Limit, TestContext.Current.CancellationToken);

        await session.DisposeAsync();

        (await running).ShouldNotBeNull().Outcome.ShouldBe(StepOutcome.Cancelled);
        HostProcesses.WithArgument(marker).ShouldBeEmpty();
    }
}
