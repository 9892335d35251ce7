using Trainable.Server.Platform;
using Trainable.Server.Sandboxes.ControlGroups;
using Trainable.Server.Sandboxes.Launch;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>A runner that has said it is ready, and the groups it lives in. Disposing it leaves no process.</summary>
internal sealed partial class RunnerProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly LaunchedSandbox _sandbox;
    private readonly ControlGroup? _group;
    private readonly ControlGroup? _zygoteGroup;
    private readonly ErrorTail _errors;
    private readonly TimeProvider _time;
    private bool _disposed;

    private RunnerProcess(
        LaunchedSandbox sandbox,
        ControlGroup? group,
        ControlGroup? zygoteGroup,
        bool hasOwnPids,
        TimeProvider time
    )
    {
        _sandbox = sandbox;
        _group = group;
        _zygoteGroup = zygoteGroup;
        _time = time;
        HasOwnPids = hasOwnPids;
        var process = sandbox.Process;
        _errors = new ErrorTail(process.StandardError.BaseStream);
        Connection = new RunnerConnection(process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
    }

    public RunnerConnection Connection { get; }

    public LaunchedSandbox Sandbox => _sandbox;

    public bool HasOwnPids { get; }

    /// <summary>False once it has ended or broken the protocol; it is of no further use then.</summary>
    public bool IsUsable => !_disposed && !_sandbox.Process.HasExited;

    public string ErrorText => _errors.ToString();

    public bool RanOutOfMemory => _zygoteGroup?.ReadUsage().OutOfMemoryKills > 0;

    /// <exception cref="UserFacingException">It did not become ready; the message says why and what to do.</exception>
    public static async Task<RunnerProcess> StartAsync(
        ISandboxLauncher launcher,
        SandboxPlan plan,
        ControlGroup? group,
        TimeSpan startLimit,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        RunnerProcess? runner = null;
        try
        {
            var zygoteGroup = group?.Create("runner", new ControlGroupLimits());
            var sandbox = await launcher.StartAsync(plan, zygoteGroup, cancellation);
            runner = new RunnerProcess(sandbox, group, zygoteGroup, launcher.HasOwnPids, time);
            var ready = await runner.WaitUntilReadyAsync(startLimit, cancellation);
            LogReady(logger, plan.Spec.Name, ready.Python, ready.PreloadS, ready.Packages?.Count ?? 0);
            return runner;
        }
        catch
        {
            if (runner is not null)
                await runner.DisposeAsync();
            else
                group?.Remove();
            throw;
        }
    }

    /// <summary>A group for one step, so that it can be limited, measured and ended apart from the runner.</summary>
    public ControlGroup? CreateStepGroup(StepLimits limits)
    {
        if (_group is null)
            return null;
        // What the runner itself takes comes off, so that it is the step's own limit that is reached first, and the
        // step that the kernel ends.
        const long least = 64L << 20;
        var left = _sandbox.Plan.Spec.MemoryBytes - _zygoteGroup!.ReadMemoryInUse();
        return _group.Create(
            "step",
            new ControlGroupLimits
            {
                MemoryBytes = Math.Max(least, Math.Min(limits.MemoryBytes, left)),
                Processes = limits.Processes,
                KillTogether = true,
            }
        );
    }

    /// <summary>Moves a child of the runner, named as its namespace does, to a step's group.</summary>
    public bool TryMove(int innerPid, ControlGroup step)
    {
        if (NamespacePid.Find(_zygoteGroup!.ReadProcesses(), innerPid) is not { } pid)
            return false;
        step.Add(pid);
        return true;
    }

    private async Task<RunnerEvent> WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            if (await Connection.ReadAsync(either.Token) is { Event: { Event: "ready" } ready })
                return ready;
        }
        catch (OperationCanceledException)
            when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Refused($"Python was not ready after {limit.TotalSeconds:N0} s");
        }
        catch (RunnerProtocolException broken)
        {
            throw Refused($"Python answered something unexpected ({broken.Message})");
        }
        await Task.WhenAny(_errors.Drained, Task.Delay(ExitLimit, _time, cancellation));
        throw Refused("The sandbox could not be started");
    }

    private UserFacingException Refused(string what)
    {
        var said = ErrorText is { Length: > 0 } text ? $" It said: {text}" : "";
        return new UserFacingException(
            $"{what}. Run './trainable setup', which installs what is missing and tests it.{said}",
            StatusCodes.Status503ServiceUnavailable
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await EndAsync();
        _sandbox.Dispose();
        await _errors.Drained;
        _group?.Remove();
    }

    // A closed connection makes the runner end everything in its namespace and go. bubblewrap's pid 1 then waits for the
    // last process, and bubblewrap for pid 1: when it has ended, nothing is left. The group does it without asking.
    private async Task EndAsync()
    {
        if (_group is not null)
            await Task.Run(() => _group.Kill(ExitLimit, _time));
        await Connection.DisposeAsync();
        try
        {
            await _sandbox.Process.WaitForExitAsync().WaitAsync(ExitLimit, _time);
        }
        catch (TimeoutException)
        {
            _sandbox.Process.Kill();
        }
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Sandbox {Name} is ready: Python {Python}, {Packages} packages imported in {Seconds} s"
    )]
    private static partial void LogReady(ILogger logger, string name, string? python, double? seconds, int packages);
}
