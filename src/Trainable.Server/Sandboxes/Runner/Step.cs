using System.Runtime.CompilerServices;
using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>
/// One run of a script: asks the runner for a child, puts it in a group, opens its gate, passes on what it writes and
/// says how it ended. The host's own timer, the caller and the output limit can stop it at any moment; from then on the
/// runner gets a few seconds to finish, and a runner that does not is ended too, so nothing here waits for ever.
/// </summary>
internal sealed class Step : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // What pipes and the runner may still hold after every writer has been killed. More is a runner gone wrong.
    private const long MostAfterStop = 16L << 20;

    private readonly RunnerProcess _runner;
    private readonly int _number;
    private readonly StepLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StepGroup? _prepared;
    private readonly ControlGroup? _group;
    private readonly StepStop _stop = new();
    private readonly CancellationTokenSource _giveUp;
    private readonly ITimer _timer;

    private long _started;
    private long _written;
    private long _writtenAfterStop;
    private bool _isBounded = true;
    private bool _hasFinished;
    private RunnerEvent? _exit;
    private string? _failure;
    private Task _killing = Task.CompletedTask;
    private MemoryWatch? _memory;
    private StepWatch? _watch;

    public Step(
        RunnerProcess runner,
        StepGroup? group,
        int number,
        StepLimits limits,
        TimeProvider time,
        ILogger logger
    )
    {
        _runner = runner;
        _number = number;
        _limits = limits;
        _time = time;
        _logger = logger;
        _started = time.GetTimestamp();
        _prepared = group;
        _group = group?.Group;
        _giveUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _timer = time.CreateTimer(
            _ => Stop(StepOutcome.Timeout),
            state: null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Whether the runner can be used again.</summary>
    public bool LeftRunnerUsable { get; private set; } = true;

    public async IAsyncEnumerable<SandboxEvent> RunAsync(
        SandboxScript script,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var cancelling = cancellation.UnsafeRegister(_ => Stop(StepOutcome.Cancelled), null);
        await _runner.Connection.SendAsync(Request(script), _giveUp.Token);
        while (!_hasFinished && await NextAsync() is { } frame)
        {
            switch (frame.Event.Event)
            {
                case "forked" when frame.Event.Pid is { } pid:
                    await OpenGateAsync(pid);
                    break;
                case "output" when Accept(frame) is { } output:
                    yield return output;
                    break;
                default:
                    Follow(frame.Event);
                    break;
            }
        }
        yield return await EndAsync();
    }

    /// <summary>Ends the step if its consumer went away before it did.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_hasFinished)
        {
            Stop(StepOutcome.Cancelled);
            while (!_hasFinished && await NextAsync() is { } frame)
            {
                if (frame.Event is { Event: "forked", Pid: { } pid })
                    await OpenGateAsync(pid);
                else if (Accept(frame) is null)
                    Follow(frame.Event);
            }
        }
        await _timer.DisposeAsync();
        if (_memory is not null)
            await _memory.DisposeAsync();
        if (_watch is not null)
            await _watch.DisposeAsync();
        await _killing;
        _giveUp.Dispose();
        if (LeftRunnerUsable)
            _runner.PrepareNextStep(_prepared);
    }

    private RunnerCommand Request(SandboxScript script) =>
        new()
        {
            Op = "run",
            Step = _number,
            Script = script.Path,
            Cwd = script.WorkingDirectory,
            Args = script.Arguments,
            Env = script.Environment,
            Limits = new RunnerLimits
            {
                FileSize = _limits.FileBytes,
                OpenFiles = _limits.OpenFiles,
                // A group limits all processes together; without one each is limited alone. Address space counts what
                // is mapped and not only what is used, the runner's libraries among it: hence the allowance. A GPU's driver
                // maps the memory of the whole machine and the card, so with one only the watch limits memory.
                AddressSpace = _group is null && !_runner.HasGpu ? _limits.MemoryBytes + (2L << 30) : null,
                // A little later than the watch, which counts all processes together.
                CpuS = _limits.CpuTime is { } cpu ? (long)Math.Ceiling(cpu.TotalSeconds) + 1 : null,
                Processes = _group is null && _runner.HasOwnPids ? _limits.Processes : null,
            },
        };

    private void Follow(RunnerEvent told)
    {
        switch (told.Event)
        {
            case "exited":
                _exit = told;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _isBounded = true;
                EndLeftovers();
                break;
            case "failed":
                _failure = told.Error ?? "the runner gave no reason";
                _hasFinished = true;
                break;
            case "closed":
                _hasFinished = true;
                break;
        }
    }

    private async ValueTask OpenGateAsync(int pid)
    {
        var inGroup = _group is null || _prepared?.SparePid == pid || _runner.TryMove(pid, _group);
        if (!inGroup)
        {
            _failure = "its process was not found";
            StepLog.NotFound(_logger, _runner.Sandbox.Plan.Spec.Name, pid);
        }
        if (!inGroup || !_stop.TryOpenGate())
        {
            await _runner.Connection.SendAsync(RunnerCommand.Kill(_number, all: false), _giveUp.Token);
            return;
        }
        if (_group is null)
        {
            var first = _runner.Sandbox.Process.Id;
            _memory = new MemoryWatch(first, _limits.MemoryBytes, _time, () => Stop(StepOutcome.OutOfMemory));
        }
        _watch = new StepWatch(
            [.. _runner.Sandbox.Plan.Mounts.Where(mount => mount.Writable).Select(mount => mount.HostPath)],
            _limits,
            () => _group?.ReadUsage().Cpu ?? TimeSpan.Zero,
            _time,
            Stop
        );
        _started = _time.GetTimestamp();
        _isBounded = false;
        _timer.Change(_limits.WallClock, Timeout.InfiniteTimeSpan);
        await _runner.Connection.SendAsync(RunnerCommand.Go(_number), _giveUp.Token);
    }

    private StepOutput? Accept(RunnerFrame frame)
    {
        SandboxStream? stream = frame.Event.Stream switch
        {
            "stdout" => SandboxStream.Stdout,
            "stderr" => SandboxStream.Stderr,
            "record" => SandboxStream.Record,
            _ => null,
        };
        if (stream is not { } known)
            return null;
        if (_stop.Reason is not null)
            _writtenAfterStop += frame.Payload.Length;
        _written += frame.Payload.Length;
        if (_written <= _limits.OutputBytes)
            return new StepOutput(known, frame.Payload);
        Stop(StepOutcome.OutputLimit);
        return null;
    }

    private void Stop(StepOutcome reason)
    {
        if (!_stop.TrySet(reason))
            return;
        _isBounded = true;
        _giveUp.CancelAfter(Grace);
        _killing = KillAsync();
    }

    private void EndLeftovers()
    {
        // A step that leaves nothing behind, as nearly all do, costs one read of a file here.
        if (_group is null || _group.ReadProcesses().Count > 0)
            _killing = KillAsync(after: _killing);
    }

    private async Task KillAsync(Task? after = null)
    {
        if (after is not null)
            await after;
        if (_group is null)
            await _runner.Connection.SendAsync(RunnerCommand.Kill(_number, all: true), CancellationToken.None);
        else if (!await Task.Run(() => _group.Kill(Grace, _time)))
            StepLog.Survivors(_logger, _runner.Sandbox.Plan.Spec.Name);
    }

    /// <summary>The next frame of this step; null when the runner is gone, broken or given up on.</summary>
    private async ValueTask<RunnerFrame?> NextAsync()
    {
        try
        {
            while (_writtenAfterStop <= MostAfterStop)
            {
                // Only waiting counts, not the time that a slow consumer takes between two frames.
                if (_isBounded)
                    _giveUp.CancelAfter(Grace);
                if (await _runner.Connection.ReadAsync(_giveUp.Token) is not { } frame)
                {
                    StepLog.Ended(_logger, _runner.Sandbox.Plan.Spec.Name, _runner.ErrorText);
                    break;
                }
                _giveUp.CancelAfter(Timeout.InfiniteTimeSpan);
                if (frame.Event.Step == _number)
                    return frame;
            }
        }
        catch (OperationCanceledException)
        {
            StepLog.GivenUp(_logger, _runner.Sandbox.Plan.Spec.Name, _runner.ErrorText);
        }
        catch (RunnerProtocolException broken)
        {
            StepLog.Broken(_logger, broken, _runner.Sandbox.Plan.Spec.Name, _runner.ErrorText);
        }
        LeftRunnerUsable = false;
        _hasFinished = true;
        return null;
    }

    private async ValueTask<StepEnded> EndAsync()
    {
        await _killing;
        var verdict = new StepVerdict
        {
            Limits = _limits,
            Wall = _exit?.WallS is { } seconds ? TimeSpan.FromSeconds(seconds) : _time.GetElapsedTime(_started),
            Exit = _exit,
            Failure = _failure,
            Stopped = _stop.Reason,
            Exceeded = _watch?.Exceeded,
            Usage = _group?.ReadUsage(),
            WatchedPeak = _memory?.PeakBytes ?? 0,
            RunnerRanOutOfMemory = _runner.RanOutOfMemory,
        };
        return verdict.Give();
    }
}
