using System.Data.Common;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
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
    IDbContextFactory<TrainableDb> databases,
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

    /// <summary>Appends durably.</summary>
    /// <exception cref="LostSessionException">The session does not exist, or <see cref="Append.Epoch"/> is not its own.</exception>
    public async Task<Appended> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        var done = new TaskCompletionSource<Appended>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Pending(append, done), cancellation);
        return await done.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(stoppingToken);
            await db.Database.OpenConnectionAsync(stoppingToken);
            if (db is SqliteTrainableDb)
                await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous=NORMAL;", stoppingToken);
            await WriteUntilClosedAsync(db.Database.GetDbConnection());
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
        catch (Exception failure)
        {
            LogWriterDied(failure);
            _queue.Writer.TryComplete(failure);
            while (_queue.Reader.TryRead(out var pending))
                pending.Done.TrySetException(failure);
            lifetime.StopApplication();
            throw;
        }
    }

    /// <summary>Lets what is queued be written, then stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } running)
            await Task.WhenAny(running, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
    }

    private async Task WriteUntilClosedAsync(DbConnection connection)
    {
        using var rows = new RowWriter(connection);
        var batch = new List<Pending>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var pending))
                batch.Add(pending);
            if (!TryWrite(connection, rows, batch) && batch.Count > 1)
            {
                // One bad append must not take its neighbours along: write each by itself.
                foreach (var pending in batch)
                    TryWrite(connection, rows, [pending]);
            }
        }
    }

    private bool TryWrite(DbConnection connection, RowWriter rows, List<Pending> batch)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var results = new Appended[batch.Count];
        try
        {
            using var transaction = connection.BeginTransaction();
            rows.Use(transaction);
            for (var index = 0; index < batch.Count; index++)
                results[index] = Write(rows, batch[index].Append, now);
            transaction.Commit();
        }
        catch (Exception failure) when (failure is DbException or LostSessionException)
        {
            if (batch.Count == 1)
                batch[0].Done.TrySetException(failure);
            return false;
        }
        catch (Exception failure)
        {
            // The writer is about to die of this; nobody may wait for it for ever.
            foreach (var pending in batch)
                pending.Done.TrySetException(failure);
            throw;
        }
        finally
        {
            rows.Use(null);
        }
        for (var index = 0; index < batch.Count; index++)
        {
            feeds.Publish(batch[index].Append, results[index]);
            batch[index].Done.TrySetResult(results[index]);
        }
        return true;
    }

    private static Appended Write(RowWriter rows, Append append, DateTime now)
    {
        // One statement takes the sequence numbers, proves that the session exists and, for a run, that it still owns it.
        var last = append.Epoch is { } epoch
            ? rows.Scalar(
                "UPDATE sessions SET last_seq = last_seq + @p0, updated_at = @p1 WHERE id = @p2 AND epoch = @p3 RETURNING last_seq",
                append.Events.Count,
                now,
                append.Session,
                epoch
            )
            : rows.Scalar(
                "UPDATE sessions SET last_seq = last_seq + @p0, updated_at = @p1 WHERE id = @p2 RETURNING last_seq",
                append.Events.Count,
                now,
                append.Session
            );
        if (last is null)
            throw new LostSessionException(append.Session);
        var lastSeq = Convert.ToInt64(last);
        var firstSeq = lastSeq - append.Events.Count + 1;
        long? messageId = null;
        for (var index = 0; index < append.Events.Count; index++)
        {
            var draft = append.Events[index];
            rows.Execute(
                "INSERT INTO session_events (session_id, seq, type, data, created_at) VALUES (@p0, @p1, @p2, @p3, @p4)",
                append.Session,
                firstSeq + index,
                draft.Type,
                System.Text.Encoding.UTF8.GetString(draft.Data.Span),
                now
            );
            if (MessageProjection.From(draft) is { } message)
            {
                messageId = Convert.ToInt64(
                    rows.Scalar(
                        "INSERT INTO messages (session_id, role, content, metadata, created_at)"
                            + " VALUES (@p0, @p1, @p2, @p3, @p4) RETURNING id",
                        append.Session,
                        message.Role,
                        message.Content,
                        message.Metadata,
                        now
                    )
                );
            }
        }
        foreach (var change in append.Changes)
            change.Apply(rows, append.Session, now);
        return new Appended(firstSeq, lastSeq, now, messageId);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The event log's writer died; the server stops")]
    private partial void LogWriterDied(Exception failure);
}
