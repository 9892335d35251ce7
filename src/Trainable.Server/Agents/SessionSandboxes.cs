using System.Collections.Concurrent;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Agents;

/// <summary>
/// One warm sandbox a session, opened by its first step and kept over its stages. It sees the working rows (read-only) and
/// the session's own directory, nothing else.
/// </summary>
internal sealed class SessionSandboxes(ISandboxRuntime runtime, SandboxOptions options, TrainableHome home)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Lazy<Task<ISandbox>>> _open = new();

    public async ValueTask<ISandbox> GetAsync(StageContext context, CancellationToken cancellation)
    {
        var entry = _open.GetOrAdd(
            context.SessionId,
            _ => new Lazy<Task<ISandbox>>(() => OpenAsync(context.SessionId, context.ExperimentId))
        );
        try
        {
            return await entry.Value.WaitAsync(cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A sandbox that could not be opened is tried again by the next step.
            _open.TryRemove(new KeyValuePair<Guid, Lazy<Task<ISandbox>>>(context.SessionId, entry));
            throw;
        }
    }

    /// <summary>Ends a session's sandbox and everything in it.</summary>
    public async ValueTask CloseAsync(Guid session)
    {
        if (_open.TryRemove(session, out var entry))
            await DisposeEntryAsync(entry);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _open.Keys)
            await CloseAsync(session);
    }

    private async Task<ISandbox> OpenAsync(Guid session, Guid experiment)
    {
        foreach (var stage in Contracts.Stages.All)
            TrainableHome.Make(home.Stage(session, stage));
        return await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = session.ToString(),
                MemoryBytes = options.MemoryBytes,
                Preload = options.Preload,
                Mounts =
                [
                    new SandboxMount(home.Dataset(experiment), $"/data/datasets/{experiment}", Writable: false),
                    new SandboxMount(home.Session(session), $"/data/sessions/{session}", Writable: true),
                ],
            },
            CancellationToken.None
        );
    }

    private static async ValueTask DisposeEntryAsync(Lazy<Task<ISandbox>> entry)
    {
        ISandbox sandbox;
        try
        {
            sandbox = await entry.Value;
        }
        catch (Exception)
        {
            return; // It never opened; whoever asked for it has been told why.
        }
        await sandbox.DisposeAsync();
    }
}
