using System.Collections.Concurrent;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Agents;

/// <summary>
/// One warm sandbox a session, opened by its first step and kept over its stages. It sees the working rows (read-only) and
/// the session's own directory, nothing else. When one was closed meanwhile, the next step opens another and need not know.
/// </summary>
internal sealed class SessionSandboxes(
    ISandboxRuntime runtime,
    SandboxOptions options,
    TrainableHome home,
    TimeProvider time,
    ILogger<SessionSandboxes> logger
) : IAsyncDisposable
{
    private readonly WarmPool<ISandbox> _pool = new(
        new WarmLimits(options.Idle, options.Warm, options.WarmBytes),
        time,
        logger
    );
    private readonly ConcurrentDictionary<Guid, bool> _withGpu = new();

    /// <summary>A session's sandbox for one step; it stays open at least until the lease is disposed of.</summary>
    public Task<WarmLease<ISandbox>> BorrowAsync(Guid session, Guid experiment, CancellationToken cancellation)
    {
        var gpu = _withGpu.ContainsKey(session);
        return _pool.BorrowAsync(session, gpu, () => OpenAsync(session, experiment, gpu), cancellation);
    }

    /// <summary>
    /// Whether the session's steps get this machine's GPUs from now on. A resumed run goes on without: what is kept of a run
    /// does not say that it asked for one.
    /// </summary>
    public void UseGpu(Guid session, bool gpu)
    {
        if (gpu)
            _withGpu[session] = true;
        else
            _withGpu.TryRemove(session, out _);
    }

    /// <summary>Ends a session's sandbox and everything in it.</summary>
    public Task CloseAsync(Guid session) => _pool.CloseAsync(session);

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async Task<ISandbox> OpenAsync(Guid session, Guid experiment, bool gpu)
    {
        TrainableHome.Make(home.Session(session));
        using (var root = BeneathRoot.Open(home.Session(session)))
        {
            // Where an earlier step has put something else, the step that wants the folder will fail, and say so.
            foreach (var stage in Contracts.Stages.All)
                root.MakeDirectory(stage);
        }
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
}
