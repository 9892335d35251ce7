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
    TimeProvider time,
    ILogger<ExplorerSandboxes> logger
) : IAsyncDisposable
{
    /// <summary>Where a query may write, in the sandbox.</summary>
    public const string Work = "/explorer";

    /// <summary>Of the sandbox beyond what DuckDB counts: the interpreter, the library, what expressions build.</summary>
    private const long UncountedBytes = 2L << 30;

    private readonly WarmPool<ExplorerRoom> _pool = new(new WarmLimits(options.Idle, options.Warm), time, logger);

    /// <summary>The view's sandbox, which stays open at least until the lease is disposed of; one query at a time.</summary>
    public async Task<ExplorerLease> BorrowAsync(ExplorerView view, CancellationToken cancellation)
    {
        var shown = string.Join('\n', view.Mounts.Select(mount => $"{mount.HostPath}\0{mount.SandboxPath}"));
        var lease = await _pool.BorrowAsync(view.Session, shown, () => OpenAsync(view), cancellation);
        return new ExplorerLease(lease.Warm.Sandbox, lease.Warm.Folder, lease.Leave);
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async Task<ExplorerRoom> OpenAsync(ExplorerView view)
    {
        var folder = TrainableHome.Make(Path.Combine(home.Scratch, $"explorer-{Guid.CreateVersion7():N}"));
        try
        {
            var sandbox = await runtime.OpenAsync(
                new SandboxSpec
                {
                    Name = $"explorer-{view.Session:N}",
                    Mounts = [.. view.Mounts, new SandboxMount(folder, Work, Writable: true)],
                    MemoryBytes = options.MemoryBytes + UncountedBytes,
                    Modules = "explorer.warm",
                },
                CancellationToken.None
            );
            return new ExplorerRoom(sandbox, folder);
        }
        catch
        {
            TreeRemoval.Delete(folder);
            throw;
        }
    }

    private sealed class ExplorerRoom(ISandbox sandbox, string folder) : IWarm
    {
        public ISandbox Sandbox => sandbox;

        public string Folder => folder;

        public long MemoryInUse => sandbox.MemoryInUse;

        public async ValueTask DisposeAsync()
        {
            await sandbox.DisposeAsync();
            TreeRemoval.Delete(folder);
        }
    }
}

/// <param name="Sandbox">Open as long as the lease is.</param>
/// <param name="Folder">The host's side of <see cref="ExplorerSandboxes.Work"/>.</param>
/// <param name="Leave">Called once, when the lease is disposed of.</param>
internal sealed record ExplorerLease(ISandbox Sandbox, string Folder, Action Leave) : IDisposable
{
    public void Dispose() => Leave();
}
