using System.Collections.Concurrent;
using Trainable.Server.Agents;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Where runs live: each ends by itself, by an explicit cancel, or with the server; never with a request.</summary>
internal sealed partial class RunHost(StageRunner runner, IHostApplicationLifetime lifetime, ILogger<RunHost> logger)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Run> _runs = new();

    private sealed class Run : IDisposable
    {
        public required CancellationTokenSource Cancel { get; init; }

        /// <summary>Ends with it; true when it was stopped, false when it came to an end by itself.</summary>
        public Task<bool> Task { get; set; } = System.Threading.Tasks.Task.FromResult(false);

        /// <summary>Why a person (or a deletion) stopped it; null while nobody did.</summary>
        public string? StopReason { get; set; }

        public void Dispose() => Cancel.Dispose();
    }

    /// <summary>Runs a stage, and after it those that follow by themselves.</summary>
    public void Launch(StageContext context)
    {
        var run = new Run { Cancel = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping) };
        if (!_runs.TryAdd(context.SessionId, run))
            throw new InvalidOperationException($"Session {context.SessionId} has a run already.");
        run.Task = Task.Run(() => ExecuteAsync(context, run));
    }

    /// <summary>
    /// Completes when no run is left in the session. One whose end is recorded, and so seen by everyone, may still be on its
    /// way out; the next one waits for it.
    /// </summary>
    public Task VacatedAsync(Guid session) =>
        _runs.TryGetValue(session, out var leaving) ? leaving.Task : Task.CompletedTask;

    /// <summary>
    /// Asks a run to stop; false when none runs. <paramref name="ended"/> is true when it stopped, false when it had come to
    /// its end by itself.
    /// </summary>
    public bool TryCancel(Guid session, string reason, out Task<bool> ended)
    {
        ended = Task.FromResult(false);
        if (!_runs.TryGetValue(session, out var run))
            return false;
        run.StopReason = reason;
        try
        {
            run.Cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return false; // It ended by itself at this very moment.
        }
        ended = run.Task;
        return true;
    }

    /// <summary>Lets go of a run that did not stop; it has been shut out of its session.</summary>
    public void Forget(Guid session) => _runs.TryRemove(session, out _);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_runs.Values.Select(run => run.Task));

    private async Task<bool> ExecuteAsync(StageContext first, Run run)
    {
        DatabasePatience.WaitForever();
        var context = first;
        try
        {
            while (true)
            {
                var end = await runner.RunAsync(context, () => run.StopReason, run.Cancel.Token);
                if (end.Next is not { } next)
                    return end.Stopped;
                context = next;
            }
        }
        catch (LostSessionException)
        {
            LogLost(context.SessionId);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The server stops. What is stored is a running run, which the next start takes up again.
        }
        catch (Exception failure)
        {
            LogDied(failure, context.Stage, context.SessionId);
        }
        finally
        {
            _runs.TryRemove(new KeyValuePair<Guid, Run>(context.SessionId, run));
            run.Dispose();
        }
        return false;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The run of session {Session} was superseded, or its session deleted"
    )]
    private partial void LogLost(Guid session);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The {Stage} run of session {Session} died without recording its end"
    )]
    private partial void LogDied(Exception failure, string stage, Guid session);
}
