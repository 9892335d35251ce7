using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

/// <summary>
/// Reads a session's events from a sequence number on, for ever: first from the log, then live, with no gap and no
/// duplicate. The feed is joined before the log is read; what is in both is known by its number.
/// </summary>
internal sealed class Follower(LiveFeeds feeds, IDbContextFactory<TrainableDb> databases)
{
    private const int LogPage = 1_000;

    /// <summary>SSE frames after <paramref name="after"/> (from now on when null), in chunks ready to send.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync(
        Guid session,
        long? after,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var lease = feeds.Follow(session);
        var feed = lease.Feed;
        var position = feed.End;
        var seq = after ?? await LastSeqAsync(session, cancellation);
        await foreach (var page in ReadLogAsync(session, seq, cancellation))
        {
            seq = page.LastSeq;
            yield return page.Frames;
        }
        if (feeds.Partial(session) is { } partial)
            yield return Segment.OfDelta(session, partial).Frames;

        while (true)
        {
            var batch = feed.Read(position);
            position = batch.Next;
            if (batch.Gap)
            {
                await foreach (var page in ReadLogAsync(session, seq, cancellation))
                {
                    seq = page.LastSeq;
                    yield return page.Frames;
                }
                continue;
            }
            foreach (var segment in batch.Segments)
            {
                if (segment.LastSeq is { } last)
                {
                    if (last <= seq)
                        continue;
                    // A segment is of one transaction: it is either wholly before the log's last page or wholly after it.
                    seq = last;
                }
                yield return segment.Frames;
            }
            if (batch.Closed)
                yield break;
            if (batch.Segments.Count == 0)
                await batch.Changed.WaitAsync(cancellation);
        }
    }

    /// <summary>What changes in the list of experiments, and the states of all sessions, from now on.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowEverythingAsync(
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var feed = feeds.Everything;
        var position = feed.End;
        while (true)
        {
            var batch = feed.Read(position);
            position = batch.Next;
            if (batch.Gap)
                yield break; // The reader was too slow: it reconnects and reads the list again, so that it misses nothing.
            foreach (var segment in batch.Segments)
                yield return segment.Frames;
            if (batch.Segments.Count == 0)
                await batch.Changed.WaitAsync(cancellation);
        }
    }

    private async Task<long> LastSeqAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db
            .Sessions.AsNoTracking()
            .Where(row => row.Id == session)
            .Select(row => row.LastSeq)
            .FirstOrDefaultAsync(cancellation);
    }

    private async IAsyncEnumerable<(ReadOnlyMemory<byte> Frames, long LastSeq)> ReadLogAsync(
        Guid session,
        long after,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        while (true)
        {
            var rows = await db
                .SessionEvents.AsNoTracking()
                .Where(row => row.SessionId == session && row.Seq > after)
                .OrderBy(row => row.Seq)
                .Take(LogPage)
                .Select(row => new
                {
                    row.Seq,
                    row.Type,
                    row.Data,
                    row.CreatedAt,
                })
                .ToListAsync(cancellation);
            if (rows.Count == 0)
                yield break;
            var buffer = new ArrayBufferWriter<byte>(rows.Sum(row => row.Data.Length + Segment.FrameBytes));
            foreach (var row in rows)
            {
                Segment.WriteFrame(
                    buffer,
                    session,
                    row.Type,
                    System.Text.Encoding.UTF8.GetBytes(row.Data),
                    row.Seq,
                    row.CreatedAt
                );
            }
            after = rows[^1].Seq;
            yield return (buffer.WrittenMemory, after);
            if (rows.Count < LogPage)
                yield break;
        }
    }
}
