using System.Data.Common;
using System.Threading.Channels;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

/// <summary>What one append writes: events and the rows that change with them, all or nothing.</summary>
internal sealed record Append(Guid Session)
{
    /// <summary>The run's epoch; null for appends that belong to no run (a person's message, a run's start).</summary>
    public long? Epoch { get; init; }
    public IReadOnlyList<EventDraft> Events { get; init; } = [];
    public IReadOnlyList<RowChange> Changes { get; init; } = [];
}

/// <summary>Where an append landed.</summary>
internal readonly record struct Appended(long FirstSeq, long LastSeq, DateTime At, long? MessageId);

/// <summary>The session is gone, or the run no longer owns it.</summary>
internal sealed class LostSessionException(Guid session)
    : Exception($"Session {session} was deleted, or is run by someone else by now.");

/// <summary>
/// The durable event log. One task writes everything: appends that wait together share a transaction (group commit), and
/// what is committed is published to the followers in the same order. An append's task completes once it is durable.
/// </summary>
internal sealed partial class EventLog(
    BatchWriter writer,
    LiveFeeds feeds,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<EventLog> logger
) : BackgroundService
{
    private const int MaxBatch = 2_000;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(20_000) { SingleReader = true }
    );

    private sealed record Pending(Append Append, TaskCompletionSource<Appended> Done);

    /// <summary>Appends durably. While the database is away a run's appends wait; a person's are refused before they are taken.</summary>
    /// <exception cref="LostSessionException">The session does not exist, or <see cref="Append.Epoch"/> is not its own.</exception>
    /// <exception cref="UserFacingException">The database is away (503).</exception>
    public async Task<Appended> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        if (append.Epoch is null && writer.IsCutOff)
            throw PostgresFailures.Unavailable();
        var done = new TaskCompletionSource<Appended>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Pending(append, done), cancellation);
        return await done.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await WriteUntilClosedAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Abandon(new OperationCanceledException(stoppingToken));
        }
        catch (Exception failure)
        {
            LogWriterDied(failure);
            Abandon(failure);
            lifetime.StopApplication();
            throw;
        }
    }

    /// <summary>Lets what is queued be written, then stops; does not wait for a database that is away.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } running && !writer.IsCutOff)
            await Task.WhenAny(running, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    private async Task WriteUntilClosedAsync(CancellationToken cancellation)
    {
        var batch = new List<Pending>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync(cancellation))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var pending))
                batch.Add(pending);
            try
            {
                if (!await TryWriteAsync(batch, cancellation) && batch.Count > 1)
                {
                    // One bad append must not take its neighbours along: write each by itself.
                    foreach (var pending in batch)
                        await TryWriteAsync([pending], cancellation);
                }
            }
            catch (Exception failure)
            {
                // The writer is about to end with this; nobody may wait for it for ever.
                foreach (var pending in batch)
                    pending.Done.TrySetException(failure);
                throw;
            }
        }
    }

    private async Task<bool> TryWriteAsync(List<Pending> batch, CancellationToken cancellation)
    {
        Appended[] results;
        try
        {
            var now = clock.GetUtcNow().UtcDateTime;
            results = await writer.WriteAsync([.. batch.Select(pending => pending.Append)], now, cancellation);
        }
        catch (Exception failure) when (failure is DbException or LostSessionException)
        {
            if (batch.Count == 1)
                batch[0].Done.TrySetException(failure);
            return false;
        }
        feeds.Publish([.. batch.Select((pending, index) => (pending.Append, results[index]))]);
        for (var index = 0; index < batch.Count; index++)
            batch[index].Done.TrySetResult(results[index]);
        return true;
    }

    /// <summary>Nothing is written any more: those who wait are told, and those who come.</summary>
    private void Abandon(Exception failure)
    {
        _queue.Writer.TryComplete(failure);
        while (_queue.Reader.TryRead(out var pending))
            pending.Done.TrySetException(failure);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The event log's writer died; the server stops")]
    private partial void LogWriterDied(Exception failure);
}
