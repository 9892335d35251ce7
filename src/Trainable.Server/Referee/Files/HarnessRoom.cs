using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sandboxes.Launch;

namespace Trainable.Server.Referee.Files;

/// <summary>
/// A sandbox that runs one session's objects, one script after another, and the two directories that it sees. The packages
/// that objects are made of are imported once, which is most of what a script takes.
/// </summary>
/// <remarks>
/// Every place that a script can write to is emptied before the next one, and yet the way is one of no return: once a script
/// has seen held rows, none runs here whose words reach an agent.
/// </remarks>
internal sealed class HarnessRoom(ISandboxRuntime runtime, SandboxOptions options, TrainableHome home) : IWarm
{
    private const string Modules =
        "pandas,sklearn.compose,sklearn.ensemble,sklearn.impute,sklearn.linear_model,sklearn.preprocessing,joblib,cloudpickle,trainable";

    private readonly Lock _lock = new();
    private readonly Workbench _bench = new(home);

    /// <summary>What is the sandbox's own memory elsewhere: here the host can empty it.</summary>
    private readonly Workbench _temporary = new(home);
    private ISandbox? _sandbox;
    private bool _taken;
    private bool _sawHeldRows;
    private bool _spoilt;

    public long MemoryInUse => _sandbox?.MemoryInUse ?? 0;

    public bool IsUsable
    {
        get
        {
            lock (_lock)
                return !_spoilt;
        }
    }

    /// <summary>The directories, empty, until the bench is disposed of; null when they are in use or have seen too much.</summary>
    public Workbench? TryTake(bool forHeldRows, Action whenDone)
    {
        lock (_lock)
        {
            if (_taken || _spoilt || (_sawHeldRows && !forHeldRows))
                return null;
            _taken = true;
            _sawHeldRows |= forHeldRows;
        }
        return new Workbench(this, _bench.In, _bench.Out, () => Leave(whenDone));
    }

    /// <summary>The sandbox, opened by the first script; only whoever has taken the room asks for it.</summary>
    /// <exception cref="IOException">What the script before left could not be removed.</exception>
    public async Task<ISandbox> SandboxAsync(CancellationToken cancellation)
    {
        if (_sandbox is null)
            _sandbox = await runtime.OpenAsync(Spec(), cancellation);
        else
            Prepare();
        return _sandbox;
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is { } sandbox)
            await sandbox.DisposeAsync();
        _bench.Dispose();
        _temporary.Dispose();
    }

    private SandboxSpec Spec()
    {
        var spec = RefereeHarness.Spec(_bench, options);
        return spec with
        {
            Preload = true,
            Modules = Modules,
            Mounts =
            [
                .. spec.Mounts,
                new SandboxMount(_temporary.In, "/tmp", Writable: true),
                new SandboxMount(_temporary.Out, "/dev/shm", Writable: true),
            ],
        };
    }

    private void Prepare()
    {
        EmptyWritable();
        // What came since the sandbox was opened.
        Ownership.MakeReadable(_bench.In);
    }

    private void EmptyWritable()
    {
        foreach (var directory in new[] { _bench.Out, _temporary.In, _temporary.Out })
            TreeRemoval.Empty(directory);
    }

    private void Leave(Action whenDone)
    {
        var isEmpty = TryEmpty();
        lock (_lock)
        {
            _taken = false;
            _spoilt |= !isEmpty;
        }
        whenDone();
    }

    private bool TryEmpty()
    {
        try
        {
            TreeRemoval.Empty(_bench.In);
            EmptyWritable();
            return true;
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            return false; // What a script locked away must not meet the next one: the room is opened anew.
        }
    }
}
