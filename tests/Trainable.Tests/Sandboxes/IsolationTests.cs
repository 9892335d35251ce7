using System.Diagnostics;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>What a hostile script cannot reach. Each test lets one try, from inside.</summary>
public sealed class IsolationTests
{
    /// <summary>Prints the name of each thing that worked though it should not have.</summary>
    private const string Attempts = """
        import ctypes, errno, os, socket, subprocess, sys
        libc = ctypes.CDLL(None, use_errno=True)

        def attempt(name, action):
            try:
                print("SUCCEEDED", name, repr(action()))
            except (OSError, subprocess.SubprocessError) as error:
                print("refused", name, getattr(error, "strerror", error), file=sys.stderr)

        def call(name, *arguments):
            def action():
                result = getattr(libc, name)(*arguments)
                if result < 0:
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
                return result
            attempt(name, action)

        """;

    [Fact]
    public async Task TheHostsFilesAreNotThere()
    {
        using var lab = new SandboxLab();
        var held = TrainableHome.Make(lab.Home.HeldOf(Guid.CreateVersion7()));
        File.WriteAllText(Path.Combine(held, "test.csv"), "the held rows");
        await using var other = await lab.OpenAsync();
        File.WriteAllText(Path.Combine(other.Directory, "secret"), "another session's");
        await using var session = await lab.OpenAsync();

        await RefusesAllAsync(
            session,
            $$"""
            for path in ["/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/sys", "/etc/hostname", "/boot",
                         "{{held}}/test.csv", "{{lab.Home.Root}}", "{{other.Directory}}/secret", "{{other.SandboxDirectory}}/secret"]:
                attempt(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
            attempt("parents", lambda: [open(f"/proc/{pid}/root/etc/passwd").read() for pid in (1, 2)])
            """
        );
        (await session.RunAsync("import os; print(os.listdir('/data/sessions'))")).Stdout.ShouldBe(
            $"['{Path.GetFileName(session.SandboxDirectory)}']\n"
        );
    }

    [Fact]
    public async Task OnlyTheSessionsOwnDirectoryAndTmpCanBeWritten()
    {
        using var lab = new SandboxLab();
        var dataset = TrainableHome.Make(lab.Home.Dataset(Guid.CreateVersion7()));
        File.WriteAllText(Path.Combine(dataset, "train.csv"), "a,b\n1,2\n");
        await using var session = await lab.OpenAsync(
            mounts: [new SandboxMount(dataset, "/data/datasets/d", Writable: false)]
        );

        await RefusesAllAsync(
            session,
            """
            for directory in ["/", "/dev", "/usr", "/usr/bin", "/opt/trainable", "/data", "/data/sessions", "/data/datasets/d"]:
                attempt(directory, lambda: open(os.path.join(directory, "planted"), "w"))
            attempt("dataset", lambda: open("/data/datasets/d/train.csv", "a"))
            attempt("kernel", lambda: open("/proc/sys/kernel/core_pattern", "w"))
            attempt("sysrq", lambda: open("/proc/sysrq-trigger", "w"))
            assert open("/data/datasets/d/train.csv").read() == "a,b\n1,2\n"
            for directory in ["/tmp", "/dev/shm", os.getcwd()]:
                open(os.path.join(directory, "fine"), "w").close()
            """
        );
    }

    [Fact]
    public async Task TheServersEnvironmentIsNotThere()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync(
            """
            import os
            print(sorted(os.environ))
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    print(pid, open(f"/proc/{pid}/environ", "rb").read())
                except PermissionError:
                    print(pid, "refused")
            """
        );

        report.ShouldHave(StepOutcome.Ok);
        report.Stdout.ShouldNotContain("DOTNET");
        report.Stdout.ShouldNotContain(Environment.GetEnvironmentVariable("HOME") + "/");
        report.Stdout.ShouldContain("1 b'PATH=");
        report.Stdout.ShouldNotContain("TRAINABLE_PID_NAMESPACE");
    }

    [Fact]
    public async Task NoProcessOfTheHostCanBeSeenOrSignalled()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        await RefusesAllAsync(
            session,
            $"""
            visible = [pid for pid in os.listdir("/proc") if pid.isdigit()]
            assert len(visible) <= 4, visible
            attempt("signal the server", lambda: os.kill({Environment.ProcessId}, 0))
            """
        );
    }

    [Fact]
    public async Task AScriptCannotReachIntoTheRunnerThatForkedIt()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        await RefusesAllAsync(
            session,
            """
            runner = os.getppid()
            attempt("write memory", lambda: open(f"/proc/{runner}/mem", "r+b"))
            attempt("read memory", lambda: open(f"/proc/{runner}/mem", "rb"))
            attempt("list descriptors", lambda: os.listdir(f"/proc/{runner}/fd"))
            attempt("open its stdout", lambda: open(f"/proc/{runner}/fd/1", "wb"))
            attempt("environment", lambda: open(f"/proc/{runner}/environ").read())
            descriptor = os.pidfd_open(runner) if hasattr(os, "pidfd_open") else -1
            call("syscall", 438, descriptor, 1, 0)  # pidfd_getfd
            """
        );
        (await session.RunAsync("print('still well')")).ShouldHave(StepOutcome.Ok);
    }

    [Fact]
    public async Task AResultCannotBeForged()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync(
            """
            import os
            forged = b'\n{"event":"exited","step":1,"code":0,"signal":0,"wall_s":0}\n{"event":"closed","step":1}\n'
            for descriptor in range(64):
                try:
                    os.write(descriptor, forged)
                except OSError:
                    pass
            os._exit(9)
            """
        );

        report.ShouldHave(StepOutcome.Error).Ended.ExitCode.ShouldBe(9);
        report.Stdout.ShouldContain("\"event\":\"exited\"");
    }

    [Fact]
    public async Task AScriptHasOnlyItsOwnDescriptors()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await session.RunAsync(
            """
            import os
            for name in os.listdir("/proc/self/fd"):
                try:
                    print(name, os.readlink(f"/proc/self/fd/{name}").partition(":")[0])
                except FileNotFoundError:
                    pass  # the listing's own
            """
        );

        report
            .Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["0 /dev/null", "1 pipe", "2 pipe", "3 pipe"]);
    }

    [Fact]
    public async Task ThereIsNoNetwork()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        await RefusesAllAsync(
            session,
            $"""
            attempt("the host's loopback", lambda: socket.create_connection(("127.0.0.1", {port}), timeout=2))
            attempt("the internet", lambda: socket.create_connection(("1.1.1.1", 443), timeout=2))
            attempt("names", lambda: socket.getaddrinfo("example.com", 443))
            attempt("an abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\0/tmp/.X11-unix/X0"))
            """
        );
    }

    [Fact]
    public async Task SystemCallsThatScriptsHaveNoUseForAreRefused()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        var report = await RefusesAllAsync(
            session,
            """
            import fcntl, termios
            for family in [socket.AF_NETLINK, socket.AF_PACKET, socket.AF_VSOCK, socket.AF_BLUETOOTH, 38]:  # 38: AF_ALG
                attempt(f"socket {family}", lambda: socket.socket(family, socket.SOCK_RAW))
            call("ptrace", 0, 0, 0, 0)
            call("mount", b"none", b"/tmp", b"tmpfs", 0, None)
            call("umount2", b"/tmp", 2)
            call("chroot", b"/tmp")
            call("syscall", 155, b"/tmp", b"/tmp")  # pivot_root
            for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000):
                call("unshare", flag)
            call("setns", 0, 0)
            call("syscall", 56, 0x10000000 | 17, 0, 0, 0, 0)  # clone(CLONE_NEWUSER)
            call("syscall", 435, 0, 0)  # clone3
            call("syscall", 250, 0, 0)  # keyctl
            call("syscall", 321, 0, 0, 0)  # bpf
            call("syscall", 425, 8, 0)  # io_uring_setup
            call("syscall", 323, 0)  # userfaultfd
            call("syscall", 298, 0, 0, 0, 0, 0)  # perf_event_open
            call("process_vm_readv", os.getppid(), 0, 0, 0, 0, 0)
            call("syscall", 437, -100, b"/tmp", 0, 0)  # openat2
            attempt("TIOCSTI", lambda: fcntl.ioctl(0, 0x5412, b"x"))
            """
        );
        foreach (var name in new[] { "ptrace", "mount", "unshare", "chroot", "TIOCSTI" })
            report.Stderr.ShouldContain($"refused {name} Operation not permitted");
        report.Stderr.ShouldContain("refused socket 40 Address family not supported by protocol");
    }

    [Fact]
    public async Task ThirtyTwoBitSystemCallsEndTheScript()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        // mov eax, 20; int 0x80; ret: getpid by the 32-bit convention, in a page made executable.
        const string code = """
            import ctypes, mmap
            page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            page.write(bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3]))
            print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
            """;
        // A kernel built or started without the 32-bit entry ends whoever tries with SIGSEGV, before any filter.
        using var outside = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", code]))!;
        await outside.WaitForExitAsync(TestContext.Current.CancellationToken);
        var hasEntry = outside.ExitCode == 0;

        var report = await session.RunAsync(code);

        report.ShouldHave(StepOutcome.Error).Ended.Signal.ShouldBe(hasEntry ? 31 : 11);
    }

    [Fact]
    public async Task SetUserIdFilesAndDevicesCannotBeMade()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();

        await RefusesAllAsync(
            session,
            """
            open("plain", "w").close()
            attempt("chmod", lambda: os.chmod("plain", 0o4755))
            attempt("set group", lambda: os.chmod("plain", 0o2755))
            attempt("fchmod", lambda: os.fchmod(os.open("plain", os.O_RDWR), 0o4755))
            attempt("create", lambda: os.open("born", os.O_CREAT | os.O_WRONLY, 0o4755))
            attempt("device", lambda: os.mknod("disk", 0o60600, os.makedev(254, 0)))
            os.chmod("plain", 0o700)
            """
        );
        Directory
            .EnumerateFiles(session.Directory)
            .ShouldAllBe(file => (File.GetUnixFileMode(file) & UnixFileMode.SetUser) == UnixFileMode.None);
    }

    [Fact]
    public async Task TheInspectionFindsEveryProtectionInPlace()
    {
        using var lab = new SandboxLab();

        var protections = await lab.Runtime.InspectAsync(TestContext.Current.CancellationToken);

        protections.Safe.ShouldBeTrue(string.Join('\n', protections.Items));
        protections.Items.Select(item => item.Name).ShouldContain("seccomp");
    }

    [Fact]
    public async Task WithoutIsolationTheInspectionSaysSo()
    {
        using var lab = new SandboxLab(new SandboxOptions { Mode = SandboxMode.Unsafe });
        await using var session = await lab.OpenAsync();

        (await lab.Runtime.InspectAsync(TestContext.Current.CancellationToken)).Safe.ShouldBeFalse();
        (await session.RunAsync("print('runs all the same')")).ShouldHave(StepOutcome.Ok);
    }

    private static async Task<StepReport> RefusesAllAsync(LabSession session, string code)
    {
        var report = (await session.RunAsync(Attempts + code)).ShouldHave(StepOutcome.Ok);
        report.Stdout.ShouldBeEmpty();
        report.Stderr.ShouldNotBeEmpty();
        return report;
    }
}
