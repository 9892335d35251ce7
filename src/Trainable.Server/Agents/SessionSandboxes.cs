using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Agents;

/// <summary>
/// One warm sandbox a session, opened by its first step and kept over its stages. It sees the working rows (read-only) and
/// the session's own directory, nothing else. One that nobody has used for a while is closed, and so is the one idle longest
/// when there are too many or they hold too much memory; the next step opens another and need not know.
/// </summary>
internal sealed partial class SessionSandboxes(
    ISandboxRuntime runtime,
    SandboxOptions options,
    TrainableHome home,
    TimeProvider time,
    ILogger<SessionSandboxes> logger
) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _open = [];
    private readonly HashSet<Guid> _withGpu = [];
    private Task _closing = Task.CompletedTask;

    /// <summary>A session's sandbox for one step; it stays open at least until the lease is disposed of.</summary>
    public async ValueTask<SandboxLease> BorrowAsync(Guid session, Guid experiment, CancellationToken cancellation)
    {
        var entry = Enter(session, experiment);
        try
        {
            var sandbox = await entry.Sandbox.Value.WaitAsync(cancellation);
            return new SandboxLease(sandbox, () => Leave(entry, sandbox));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Leave(entry, sandbox: null);
            throw;
        }
        catch
        {
            // A sandbox that could not be opened is tried again by the next step.
            lock (_lock)
                Remove(entry);
            throw;
        }
    }

    /// <summary>
    /// Whether the session's steps get this machine's GPUs from now on. A resumed run goes on without: what is kept of a run
    /// does not say that it asked for one.
    /// </summary>
    public async ValueTask UseGpuAsync(Guid session, bool gpu)
    {
        bool changed;
        lock (_lock)
            changed = gpu ? _withGpu.Add(session) : _withGpu.Remove(session);
        if (changed)
            await CloseAsync(session);
    }

    /// <summary>Ends a session's sandbox and everything in it.</summary>
    public async ValueTask CloseAsync(Guid session)
    {
        Entry? entry;
        lock (_lock)
        {
            if (!_open.TryGetValue(session, out entry))
                return;
            Remove(entry);
        }
        await EndAsync(entry);
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> left;
        lock (_lock)
        {
            left = [.. _open.Values];
            left.ForEach(Remove);
        }
        foreach (var entry in left)
            await EndAsync(entry);
        await _closing;
    }

    private Entry Enter(Guid session, Guid experiment)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(session, out var entry))
            {
                entry = new Entry(session, new Lazy<Task<ISandbox>>(() => OpenAsync(session, experiment)));
                entry.Timer = time.CreateTimer(CloseIdle, entry, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _open[session] = entry;
            }
            entry.Users++;
            entry.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            MakeRoom();
            return entry;
        }
    }

    private void Leave(Entry entry, ISandbox? sandbox)
    {
        lock (_lock)
        {
            entry.IdleSince = time.GetTimestamp();
            if (--entry.Users > 0 || !IsOpen(entry))
                return;
            entry.IdleBytes = sandbox?.MemoryInUse ?? 0;
            entry.Timer!.Change(options.Idle, Timeout.InfiniteTimeSpan);
            MakeRoom();
        }
    }

    /// <summary>Steps that run keep their sandboxes, even if there are more of them than may stay warm.</summary>
    private void MakeRoom()
    {
        while (
            (_open.Count > options.Warm || Idle().Sum(entry => entry.IdleBytes) > options.WarmBytes)
            && Idle().MinBy(entry => entry.IdleSince) is { } longest
        )
            CloseInBackground(longest);
    }

    private IEnumerable<Entry> Idle() => _open.Values.Where(entry => entry.Users == 0);

    private void CloseIdle(object? state)
    {
        var entry = (Entry)state!;
        lock (_lock)
        {
            // A step may have taken it while this callback was on its way.
            if (entry.Users == 0 && IsOpen(entry))
                CloseInBackground(entry);
        }
    }

    private void CloseInBackground(Entry entry)
    {
        Remove(entry);
        _closing = Task.WhenAll(_closing, Task.Run(() => EndSafelyAsync(entry)));
    }

    private bool IsOpen(Entry entry) => _open.GetValueOrDefault(entry.Session) == entry;

    private void Remove(Entry entry)
    {
        if (IsOpen(entry))
            _open.Remove(entry.Session);
        entry.Timer!.Dispose();
    }

    private async Task EndSafelyAsync(Entry entry)
    {
        try
        {
            await EndAsync(entry);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or TimeoutException)
        {
            LogNotClosed(failure, entry.Session);
        }
    }

    private static async Task EndAsync(Entry entry)
    {
        ISandbox sandbox;
        try
        {
            sandbox = await entry.Sandbox.Value;
        }
        catch (Exception)
        {
            return; // It never opened; whoever asked for it has been told why.
        }
        await sandbox.DisposeAsync();
    }

    private async Task<ISandbox> OpenAsync(Guid session, Guid experiment)
    {
        TrainableHome.Make(home.Session(session));
        using (var root = BeneathRoot.Open(home.Session(session)))
        {
            // Where an earlier step has put something else, the step that wants the folder will fail, and say so.
            foreach (var stage in Contracts.Stages.All)
                root.MakeDirectory(stage);
        }
        bool gpu;
        lock (_lock)
            gpu = _withGpu.Contains(session);
        return await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = session.ToString(),
                MemoryBytes = options.MemoryBytes,
                Preload = options.Preload,
                Gpu = gpu,
                Mounts =
                [
                    new SandboxMount(home.Dataset(experiment), $"/data/datasets/{experiment}", Writable: false),
                    new SandboxMount(home.Session(session), $"/data/sessions/{session}", Writable: true),
                ],
            },
            CancellationToken.None
        );
    }

    private sealed class Entry(Guid session, Lazy<Task<ISandbox>> sandbox)
    {
        public Guid Session => session;
        public Lazy<Task<ISandbox>> Sandbox => sandbox;

        /// <summary>Steps that run or wait in it.</summary>
        public int Users { get; set; }
        public long IdleSince { get; set; }

        /// <summary>What it held when its last step ended: nothing runs in it since.</summary>
        public long IdleBytes { get; set; }
        public ITimer? Timer { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The idle sandbox of session {Session} could not be closed")]
    private partial void LogNotClosed(Exception failure, Guid session);
}

/// <summary>The use of a session's sandbox by one step.</summary>
internal sealed class SandboxLease(ISandbox sandbox, Action leave) : IDisposable
{
    private Action? _leave = leave;

    public ISandbox Sandbox => sandbox;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
