using System.Collections.Concurrent;

namespace Trainable.Server.Agents.Models.External;

/// <summary>The runs that clients drive, by session.</summary>
internal sealed class ExternalRuns(ExternalOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, ExternalRun> _runs = new();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the next run opens, of whatever session.</summary>
    public Task Opened => Volatile.Read(ref _opened).Task;

    /// <summary>The session's run whose loop takes calls; null when there is none.</summary>
    public ExternalRun? Find(Guid session) => _runs.GetValueOrDefault(session);

    public ExternalRun Open(StageContext context)
    {
        var run = _runs[context.SessionId] = new ExternalRun(context, options, clock);
        Interlocked
            .Exchange(ref _opened, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .SetResult();
        return run;
    }

    public void Close(ExternalRun run)
    {
        _runs.TryRemove(new KeyValuePair<Guid, ExternalRun>(run.Context.SessionId, run));
        run.Close();
    }
}
