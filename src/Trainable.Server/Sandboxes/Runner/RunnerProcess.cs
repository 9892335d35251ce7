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
    private readonly ILogger _logger;
    private readonly Lazy<Task> _end;
    private Task<StepGroup?> _prepared = Task.FromResult<StepGroup?>(null);
    private int _lastGroup;
    private volatile bool _disposed;

    private RunnerProcess(
        LaunchedSandbox sandbox,
        ControlGroup? group,
        ControlGroup? zygoteGroup,
        bool hasOwnPids,
        TimeProvider time,
        ILogger logger
    )
    {
        _sandbox = sandbox;
        _group = group;
        _zygoteGroup = zygoteGroup;
        _time = time;
        _logger = logger;
        _end = new Lazy<Task>(EndAsync);
        HasOwnPids = hasOwnPids;
        var process = sandbox.Process;
        _errors = new ErrorTail(process.StandardError.BaseStream);
        Connection = new RunnerConnection(process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
    }

    public RunnerConnection Connection { get; }

    public LaunchedSandbox Sandbox => _sandbox;

    public bool HasOwnPids { get; }

    public bool HasGpu { get; private init; }

    /// <summary>False once it has ended or broken the protocol; it is of no further use then.</summary>
    public bool IsUsable => !_disposed && !_sandbox.Process.HasExited;

    public string ErrorText => _errors.ToString();

    /// <summary>What its processes hold and cannot give back: their own memory and the files of its tmpfs.</summary>
    public long MemoryInUse => _group is null ? MemoryWatch.HeldBeneath(_sandbox.Process.Id) : _group.ReadMemoryHeld();

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
            runner = new RunnerProcess(sandbox, group, zygoteGroup, launcher.HasOwnPids, time, logger)
            {
                HasGpu = plan.Spec.Gpu,
            };
            var ready = await runner.WaitUntilReadyAsync(startLimit, cancellation);
            LogReady(logger, plan.Spec.Name, ready.Python, ready.PreloadS, ready.Packages?.Count ?? 0);
            runner.PrepareNextStep();
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

    /// <summary>
    /// Reads what the runner says between two steps: which child waits for the next one. Where there are control groups
    /// the child is put in a fresh one, and that of the last step, <paramref name="ended"/>, is removed.
    /// </summary>
    public void PrepareNextStep(StepGroup? ended = null)
    {
        if (_group is not null)
            _prepared = Task.Run(() => PrepareAsync(ended?.Group));
    }

    /// <summary>False when the runner has ended or broken the protocol since its last step.</summary>
    public async Task<bool> IsPreparedAsync() => await _prepared is not null || _group is null;

    /// <summary>The group of the step that starts now, with its limits set; null where there are no control groups.</summary>
    public async Task<StepGroup?> TakeStepGroupAsync(StepLimits limits)
    {
        var prepared = await _prepared;
        prepared?.Limit(limits);
        return prepared;
    }

    private async Task<StepGroup?> PrepareAsync(ControlGroup? ended)
    {
        try
        {
            if (await ReadSpareAsync() is not { } spare)
                return null;
            var limits = new ControlGroupLimits
            {
                MemoryBytes = MemoryLeft(),
                Processes = new StepLimits().Processes,
                KillTogether = true,
            };
            var group = _group!.Create($"step-{++_lastGroup}", limits);
            // A step that was refused left its child unused, and in the step's group.
            var moved = spare.Pid is { } pid && (TryMove(pid, _zygoteGroup!, group) || TryMove(pid, ended, group));
            ended?.Remove();
            return new StepGroup(group, moved ? spare.Pid : null, limits);
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or UnauthorizedAccessException
                        or OperationCanceledException
                        or RunnerProtocolException
            )
        {
            // A sandbox that closes right after a step takes the runner away in the middle of this.
            if (!_disposed)
                LogNotPrepared(_logger, failure, _sandbox.Plan.Spec.Name, ErrorText);
            return null;
        }
    }

    private async Task<RunnerEvent?> ReadSpareAsync()
    {
        using var limit = new CancellationTokenSource(ExitLimit, _time);
        while (await Connection.ReadAsync(limit.Token) is { } frame)
        {
            if (frame.Event.Event == "spare")
                return frame.Event;
        }
        return null;
    }

    // What the runner itself takes comes off, so that it is the step's own limit that is reached first, and the step that
    // the kernel ends.
    private long MemoryLeft()
    {
        const long least = 64L << 20;
        return Math.Max(least, _sandbox.Plan.Spec.MemoryBytes - _zygoteGroup!.ReadMemoryInUse());
    }

    /// <summary>Moves a child of the runner, named as its namespace does, to a step's group.</summary>
    public bool TryMove(int innerPid, ControlGroup step) => TryMove(innerPid, _zygoteGroup, step);

    private static bool TryMove(int innerPid, ControlGroup? from, ControlGroup to)
    {
        if (from is null || NamespacePid.Find(from.ReadProcesses(), innerPid) is not { } pid)
            return false;
        to.Add(pid);
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

    /// <summary>Whoever calls it, first or not, finds its processes gone afterwards.</summary>
    public async ValueTask DisposeAsync() => await _end.Value;

    private async Task EndAsync()
    {
        _disposed = true;
        await EndProcessesAsync();
        _sandbox.Dispose();
        await _errors.Drained;
        _group?.Remove();
    }

    // A closed connection makes the runner end everything in its namespace and go. bubblewrap's pid 1 then waits for the
    // last process, and bubblewrap for pid 1: when it has ended, nothing is left. The group does it without asking.
    private async Task EndProcessesAsync()
    {
        if (_group is not null)
            await Task.Run(() => _group.Kill(ExitLimit, _time));
        // Reads from the connection, and makes groups beneath the one that is to be removed.
        await _prepared;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sandbox {Name}: the next step could not be prepared: {Errors}")]
    private static partial void LogNotPrepared(ILogger logger, Exception failure, string name, string errors);
}
