using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Tests.Sandboxes;

public sealed class ControlGroupTests : IDisposable
{
    private const string Hybrid = """
        30 23 0:26 / /ROOT/memory rw,relatime - cgroup cgroup rw,memory
        31 23 0:27 / /ROOT/pids rw,relatime - cgroup cgroup rw,pids
        32 23 0:28 / /ROOT/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        33 23 0:29 / /ROOT/unified rw,relatime - cgroup2 cgroup2 rw
        """;

    private const string OwnGroups = """
        4:memory:/own/group
        3:pids:/
        2:cpu,cpuacct:/own
        0::/own
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("trainable-groups-").FullName;

    [Fact]
    public void VersionOneIsFoundWhereEachControllerIsMounted()
    {
        var memory = Directory.CreateDirectory(Path.Combine(_root, "memory/own/group")).FullName;
        var cpu = Directory.CreateDirectory(Path.Combine(_root, "cpu,cpuacct/own")).FullName;

        var found = new ControlGroupLocator(
            Hybrid.Replace("ROOT", _root.TrimStart('/'), StringComparison.Ordinal),
            OwnGroups
        )
            .Controllers()
            .ShouldNotBeNull();

        found.Memory.ShouldBe(memory);
        found.Processes.ShouldBe(Path.Combine(_root, "pids"));
        found.Cpu.ShouldBe(cpu);
        found.CpuAccounting.ShouldBe(cpu);
        found.All.Count.ShouldBe(4, "a hierarchy that two controllers share is one directory");
    }

    [Fact]
    public void APathToldFromOutsideAContainerFallsBackToWhatIsMounted() =>
        new ControlGroupLocator("30 23 0:26 /docker/abc " + _root + " rw - cgroup2 cgroup2 rw", "0::/docker/abc")
            .Unified()
            .ShouldBe(_root);

    /// <summary>A server started from a shell shares the shell's group, where it can have no children with limits.</summary>
    [Fact]
    public void GroupsAboveAreTriedThatHandDownMemoryAndProcessesAlready()
    {
        var own = Directory.CreateDirectory(Path.Combine(_root, "slice/bare/shell")).FullName;
        File.WriteAllText(Path.Combine(_root, "cgroup.subtree_control"), "cpuset cpu io memory hugetlb pids\n");
        File.WriteAllText(Path.Combine(_root, "slice/cgroup.subtree_control"), "memory pids\n");
        File.WriteAllText(Path.Combine(_root, "slice/bare/cgroup.subtree_control"), "cpu\n");

        new ControlGroupLocator($"30 23 0:26 / {_root} rw - cgroup2 cgroup2 rw", "0::/slice/bare/shell")
            .UnifiedPlaces()
            .ShouldBe([own, Path.Combine(_root, "slice"), _root]);
    }

    [Fact]
    public void WithoutAHierarchyThereAreNoGroupsAndNoError()
    {
        var groups = ServerGroup.Open(new ControlGroupLocator("", ""), TimeProvider.System, NullLogger.Instance);

        groups.Support.ShouldBe(ControlGroupSupport.None);
        groups.Create("x", new ControlGroupLimits()).ShouldBeNull();
    }

    [Fact]
    public void VersionTwoWritesItsLimitsAndReadsItsUsage()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, "parent")).FullName;
        var child = Directory.CreateDirectory(Path.Combine(directory, "child")).FullName;
        Fill(directory, "cgroup.subtree_control");
        Fill(child, "memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max", "cgroup.procs");
        File.WriteAllText(Path.Combine(child, "memory.peak"), "1048576\n");
        File.WriteAllText(Path.Combine(child, "cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");
        File.WriteAllText(Path.Combine(child, "memory.events"), "low 0\noom 2\noom_kill 1\noom_group_kill 1\n");

        var group = new ControlGroupV2(directory).Create(
            "child",
            new ControlGroupLimits
            {
                MemoryBytes = 1 << 30,
                Processes = 64,
                Cpus = 2,
                KillTogether = true,
            }
        );

        File.ReadAllText(Path.Combine(child, "memory.max")).ShouldBe("1073741824");
        File.ReadAllText(Path.Combine(child, "memory.swap.max")).ShouldBe("0");
        File.ReadAllText(Path.Combine(child, "memory.oom.group")).ShouldBe("1");
        File.ReadAllText(Path.Combine(child, "pids.max")).ShouldBe("64");
        File.ReadAllText(Path.Combine(child, "cpu.max")).ShouldBe("200000 100000");
        group.ReadUsage().ShouldBe(new ControlGroupUsage(1 << 20, TimeSpan.FromSeconds(2.5), 1));
    }

    /// <summary>No <c>cgroup.kill</c>, as on kernels before 5.14: the members have to be hunted down one by one.</summary>
    [Fact]
    public async Task AGroupIsClearedWithoutTheKernelsHelpToo()
    {
        using var lab = new SandboxLab(groups: () => RealVersionOne(unified: null));
        await using var session = await lab.OpenAsync();
        var limits = new StepLimits { Processes = 64, WallClock = TimeSpan.FromSeconds(1) };
        var marker = $"hunted-{Guid.NewGuid():N}";
        var code = $"""
            import os, sys
            code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
            os.execv(sys.executable, [sys.executable, "-c", code, "{marker}"])
            """;

        (await session.RunAsync(code, limits)).ShouldHave(StepOutcome.Timeout);

        HostProcesses.WithArgument(marker).ShouldBeEmpty();
    }

    [Fact]
    public async Task WithoutGroupsTheRunnerLimitsAndClearsWhatAStepStarts()
    {
        using var lab = new SandboxLab(groups: None);
        await using var session = await lab.OpenAsync();
        var marker = $"ungrouped-{Guid.NewGuid():N}";
        var limits = new StepLimits { MemoryBytes = 512L << 20, WallClock = SandboxLab.Limit };

        var hungry = await session.RunAsync("hoard = bytearray(4 << 30)", limits);
        hungry.ShouldHave(StepOutcome.Error).Stderr.ShouldContain("MemoryError");
        var code = $"""
            import os, subprocess, sys
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{marker}"], start_new_session=True)
            """;
        (await session.RunAsync(code)).ShouldHave(StepOutcome.Ok);

        HostProcesses.WithArgument(marker).ShouldBeEmpty();
    }

    [Fact]
    public async Task WithoutGroupsTheMemoryOfAllProcessesOfAStepIsWatched()
    {
        using var lab = new SandboxLab(groups: None);
        await using var session = await lab.OpenAsync();
        var limits = new StepLimits { MemoryBytes = 256L << 20, WallClock = SandboxLab.Limit };
        const string code = """
            import subprocess, sys, time
            hoard = "import time; hoard = b'x' * (100 << 20); time.sleep(600)"
            for _ in range(4): subprocess.Popen([sys.executable, "-c", hoard], start_new_session=True)
            time.sleep(600)
            """;

        (await session.RunAsync(code, limits)).ShouldHave(StepOutcome.OutOfMemory);
        (await session.RunAsync("print('next')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task WithoutGroupsCancellingStillLeavesNothing()
    {
        using var lab = new SandboxLab(groups: None);
        var session = await lab.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var marker = $"ungrouped-{Guid.NewGuid():N}";
        var code = $"""
            import subprocess, sys
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{marker}"])
            print("started", flush=True)
            while True: pass
            """;

        StepEnded? ended = null;
        await foreach (var told in session.Start(code, limits: null, cancel.Token))
        {
            ended = told as StepEnded;
            await cancel.CancelAsync();
        }

        ended.ShouldNotBeNull().Outcome.ShouldBe(StepOutcome.Cancelled);
        HostProcesses.WithArgument(marker).ShouldBeEmpty();
        await session.DisposeAsync();
        HostProcesses.WithArgument(session.SandboxDirectory).ShouldBeEmpty();
    }

    [Fact]
    public void GroupsOfADeadServerAreSwept()
    {
        var own = new ControlGroupLocator(
            File.ReadAllText("/proc/self/mountinfo"),
            File.ReadAllText("/proc/self/cgroup")
        );
        if (own.Controllers() is not { } controllers || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("control groups version 1 are not writable here.");
            return;
        }
        var stale = Path.Combine(controllers.Memory, "trainable-999999999-1-1");
        Directory.CreateDirectory(Path.Combine(stale, "session", "step"));

        using var groups = ServerGroup.Open(own, TimeProvider.System, NullLogger.Instance);

        Directory.Exists(stale).ShouldBeFalse();
    }

    private static ServerGroup None() =>
        ServerGroup.Open(new ControlGroupLocator("", ""), TimeProvider.System, NullLogger.Instance);

    private static ServerGroup RealVersionOne(string? unified)
    {
        var mounts = File.ReadAllLines("/proc/self/mountinfo")
            .Where(line => unified is not null || !line.Contains("cgroup2"));
        var locator = new ControlGroupLocator(string.Join('\n', mounts), File.ReadAllText("/proc/self/cgroup"));
        if (locator.Controllers() is null)
            Assert.Skip("control groups version 1 are not mounted here.");
        return ServerGroup.Open(locator, TimeProvider.System, NullLogger.Instance);
    }

    private static void Fill(string directory, params string[] files)
    {
        foreach (var file in files)
            File.WriteAllText(Path.Combine(directory, file), "");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
