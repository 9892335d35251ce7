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
        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>Why a person (or a deletion) stopped it; null while nobody did.</summary>
        public string? StopReason { get; set; }

        public void Dispose() => Cancel.Dispose();
    }

    public bool IsRunning(Guid session) => _runs.ContainsKey(session);

    /// <param name="context">The run.</param>
    /// <param name="goOn">Called with the next stage once this one is done, when the run is to go on by itself.</param>
    public void Launch(StageContext context, Func<StartCommand, Task> goOn)
    {
        var run = new Run { Cancel = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping) };
        if (!_runs.TryAdd(context.SessionId, run))
            throw new InvalidOperationException($"Session {context.SessionId} has a run already.");
        run.Task = Task.Run(() => ExecuteAsync(context, run, goOn));
    }

    /// <summary>Asks a run to stop; <paramref name="ended"/> completes when it has.</summary>
    public bool TryCancel(Guid session, string reason, out Task ended)
    {
        ended = Task.CompletedTask;
        if (!_runs.TryGetValue(session, out var run))
            return false;
        run.StopReason = reason;
        ended = run.Task;
        try
        {
            run.Cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return false; // It ended by itself at this very moment.
        }
        return true;
    }

    /// <summary>Lets go of a run that did not stop; it has been shut out of its session.</summary>
    public void Forget(Guid session) => _runs.TryRemove(session, out _);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_runs.Values.Select(run => run.Task));

    private async Task ExecuteAsync(StageContext context, Run run, Func<StartCommand, Task> goOn)
    {
        DatabasePatience.WaitForever();
        StartCommand? next = null;
        try
        {
            next = await runner.RunAsync(context, () => run.StopReason, run.Cancel.Token);
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
        if (next is not null)
            await goOn(next);
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
