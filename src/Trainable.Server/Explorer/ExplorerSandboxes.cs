using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Explorer;

/// <summary>
/// A warm sandbox a session for people's queries, apart from the one its agent's scripts run in. It is opened anew when
/// what it is to show has changed, such as a test set that was opened; queries that run in the old one are let end.
/// </summary>
internal sealed class ExplorerSandboxes(
    ISandboxRuntime runtime,
    ExplorerOptions options,
    TrainableHome home,
    TimeProvider time
) : IAsyncDisposable
{
    /// <summary>Where a query may write, in the sandbox.</summary>
    public const string Work = "/explorer";

    /// <summary>Of the sandbox beyond what DuckDB counts: the interpreter, the library, what expressions build.</summary>
    private const long UncountedBytes = 2L << 30;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Entry> _open = [];
    private Task _closing = Task.CompletedTask;

    /// <summary>The view's sandbox, which stays open at least until the lease is disposed of; one query at a time.</summary>
    public async Task<ExplorerLease> BorrowAsync(ExplorerView view, CancellationToken cancellation)
    {
        var entry = Enter(view);
        try
        {
            var sandbox = await entry.Sandbox.Value.WaitAsync(cancellation);
            return new ExplorerLease(sandbox, entry.Folder, () => Leave(entry));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Leave(entry);
            throw;
        }
        catch
        {
            // A sandbox that could not be opened is tried again by the next query.
            lock (_lock)
                Retire(entry);
            Leave(entry);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            foreach (var entry in _open.Values.ToList())
            {
                Retire(entry);
                CloseInBackground(entry);
            }
        }
        await _closing;
    }

    private Entry Enter(ExplorerView view)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(view.Session, out var entry) && !entry.View.Mounts.SequenceEqual(view.Mounts))
                Retire(entry);
            if (!_open.TryGetValue(view.Session, out entry))
            {
                var folder = TrainableHome.Make(Path.Combine(home.Scratch, $"explorer-{Guid.CreateVersion7():N}"));
                entry = new Entry(view, folder, new Lazy<Task<ISandbox>>(() => OpenAsync(view, folder)));
                entry.Timer = time.CreateTimer(CloseIdle, entry, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _open[view.Session] = entry;
            }
            entry.Users++;
            entry.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            while (
                _open.Count > options.Warm
                && _open.Values.Where(other => other.Users == 0).MinBy(other => other.IdleSince) is { } longest
            )
                Retire(longest);
            return entry;
        }
    }

    private async Task<ISandbox> OpenAsync(ExplorerView view, string folder) =>
        await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"explorer-{view.Session:N}",
                Mounts = [.. view.Mounts, new SandboxMount(folder, Work, Writable: true)],
                MemoryBytes = options.MemoryBytes + UncountedBytes,
                Modules = "explorer.warm",
            },
            CancellationToken.None
        );

    private void Leave(Entry entry)
    {
        lock (_lock)
        {
            entry.IdleSince = time.GetTimestamp();
            if (--entry.Users > 0)
                return;
            if (entry.IsRetired)
                CloseInBackground(entry);
            else
                entry.Timer!.Change(options.Idle, Timeout.InfiniteTimeSpan);
        }
    }

    private void CloseIdle(object? state)
    {
        lock (_lock)
        {
            // A query may have taken it while this callback was on its way.
            if (state is Entry { Users: 0, IsRetired: false } entry)
                Retire(entry);
        }
    }

    /// <summary>Nobody gets it any more; whoever uses it still does.</summary>
    private void Retire(Entry entry)
    {
        if (entry.IsRetired)
            return;
        entry.IsRetired = true;
        _open.Remove(entry.View.Session);
        if (entry.Users == 0)
            CloseInBackground(entry);
    }

    private void CloseInBackground(Entry entry) => _closing = Task.WhenAll(_closing, Task.Run(() => CloseAsync(entry)));

    private static async Task CloseAsync(Entry entry)
    {
        if (entry.Timer is { } timer)
            await timer.DisposeAsync();
        try
        {
            if (entry.Sandbox.IsValueCreated)
                await (await entry.Sandbox.Value).DisposeAsync();
        }
        catch (Exception failure)
            when (failure is UserFacingException or IOException or InvalidOperationException or TimeoutException)
        {
            // It never opened, as whoever asked for it was told, or is gone already.
        }
        TreeRemoval.Delete(entry.Folder);
    }

    private sealed class Entry(ExplorerView view, string folder, Lazy<Task<ISandbox>> sandbox)
    {
        public ExplorerView View => view;

        public string Folder => folder;

        public Lazy<Task<ISandbox>> Sandbox => sandbox;

        public ITimer? Timer { get; set; }

        public int Users { get; set; }

        public bool IsRetired { get; set; }

        public long IdleSince { get; set; }
    }
}

/// <param name="Sandbox">Open as long as the lease is.</param>
/// <param name="Folder">The host's side of <see cref="ExplorerSandboxes.Work"/>.</param>
/// <param name="Leave">Called once, when the lease is disposed of.</param>
internal sealed record ExplorerLease(ISandbox Sandbox, string Folder, Action Leave) : IDisposable
{
    public void Dispose() => Leave();
}
