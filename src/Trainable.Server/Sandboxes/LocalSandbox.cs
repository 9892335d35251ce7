using System.Runtime.CompilerServices;
using Trainable.Server.Sandboxes.Launch;
using Trainable.Server.Sandboxes.Runner;

namespace Trainable.Server.Sandboxes;

/// <summary>A sandbox of this machine: a runner that is started again when it has died, and one step at a time on it.</summary>
internal sealed class LocalSandbox : ISandbox
{
    private readonly SandboxPlan _plan;
    private readonly Func<SandboxPlan, CancellationToken, Task<RunnerProcess>> _start;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lazy<Task> _end;

    private RunnerProcess? _runner;
    private int _lastStep;
    private volatile bool _disposed;

    private LocalSandbox(
        SandboxPlan plan,
        Func<SandboxPlan, CancellationToken, Task<RunnerProcess>> start,
        TimeProvider time,
        ILogger logger
    )
    {
        _plan = plan;
        _start = start;
        _time = time;
        _logger = logger;
        _end = new Lazy<Task>(EndAsync);
    }

    public static async Task<LocalSandbox> OpenAsync(
        SandboxPlan plan,
        Func<SandboxPlan, CancellationToken, Task<RunnerProcess>> start,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var sandbox = new LocalSandbox(plan, start, time, logger);
        sandbox._runner = await start(plan, cancellation);
        return sandbox;
    }

    public long MemoryInUse => _runner is { IsUsable: true } runner ? runner.MemoryInUse : 0;

    public IAsyncEnumerable<SandboxEvent> RunAsync(
        SandboxScript script,
        StepLimits limits,
        CancellationToken cancellation
    )
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (limits.WallClock <= TimeSpan.Zero)
            throw new ArgumentException("A step needs time to run.", nameof(limits));
        if (!script.Path.StartsWith('/') || !script.WorkingDirectory.StartsWith('/'))
            throw new ArgumentException("A script and its working directory are absolute paths.", nameof(script));
        return RunInTurnAsync(script, limits, cancellation);
    }

    private async IAsyncEnumerable<SandboxEvent> RunInTurnAsync(
        SandboxScript script,
        StepLimits limits,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        if (!await TryEnterAsync(either.Token))
        {
            yield return NeverStarted(limits);
            yield break;
        }
        try
        {
            if (await GetRunnerAsync(either.Token) is not { } runner)
            {
                yield return NeverStarted(limits);
                yield break;
            }
            runner.Sandbox.Grant(script.WorkingDirectory);
            runner.Sandbox.Grant(script.Path);
            var group = await runner.TakeStepGroupAsync(limits);
            var step = new Step(runner, group, ++_lastStep, limits, _time, _logger);
            try
            {
                await foreach (var told in step.RunAsync(Translate(script, runner), either.Token))
                    yield return told;
            }
            finally
            {
                await step.DisposeAsync();
                if (!step.LeftRunnerUsable)
                    await runner.DisposeAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>False when cancelled; a step that never started is told as an event, not thrown.</summary>
    private async Task<bool> TryEnterAsync(CancellationToken cancellation)
    {
        try
        {
            await _turn.WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<RunnerProcess?> GetRunnerAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return null;
        if (_runner is { IsUsable: true } runner && await runner.IsPreparedAsync())
            return runner;
        if (_runner is not null)
            await _runner.DisposeAsync();
        try
        {
            return _runner = await _start(_plan, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    // Where nothing is isolated, the sandbox's paths do not exist and the host's take their place.
    private static SandboxScript Translate(SandboxScript script, RunnerProcess runner) =>
        runner.HasOwnPids
            ? script
            : script with
            {
                Path = runner.Sandbox.Plan.ToHost(script.Path),
                WorkingDirectory = runner.Sandbox.Plan.ToHost(script.WorkingDirectory),
            };

    private static StepEnded NeverStarted(StepLimits limits)
    {
        var ended = new StepEnded
        {
            Outcome = StepOutcome.Cancelled,
            Wall = TimeSpan.Zero,
            Sentence = "",
        };
        return ended with { Sentence = StepSentence.For(ended, limits) };
    }

    /// <summary>Whoever calls it, first or not, finds its processes gone afterwards.</summary>
    public async ValueTask DisposeAsync() => await _end.Value;

    private async Task EndAsync()
    {
        _disposed = true;
        await _closing.CancelAsync();
        // The step that runs, if any, ends as cancelled once its consumer reads on. A consumer that never does must not
        // keep the sandbox: its processes end with the runner either way.
        await _turn.WaitAsync(TimeSpan.FromSeconds(1));
        // The semaphore and the token source stay undisposed for such a consumer's sake; neither holds a handle.
        if (_runner is not null)
            await _runner.DisposeAsync();
    }
}
