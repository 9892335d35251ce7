namespace Trainable.Server.Events;

/// <summary>What one append comes to in statements, and where it landed once they have run.</summary>
internal sealed class AppendStatements
{
    private readonly Append _append;
    private readonly SequenceBlock _block;
    private readonly long _taken;
    private readonly DateTime _now;
    private readonly Returned? _messageId;

    private AppendStatements(RowWriter rows, Append append, SequenceBlock block, long taken, DateTime now)
    {
        (_append, _block, _taken, _now) = (append, block, taken, now);
        block.Take(rows, now);
        for (var index = 0; index < append.Events.Count; index++)
        {
            var draft = append.Events[index];
            // The session's number is read where it is written: it need not come back first.
            rows.Execute(
                "INSERT INTO session_events (session_id, seq, type, data, created_at)"
                    + " SELECT @p0, last_seq - @p1, @p2, @p3, @p4 FROM sessions WHERE id = @p0",
                append.Session,
                block.Count - taken - index - 1,
                draft.Type,
                System.Text.Encoding.UTF8.GetString(draft.Data.Span),
                now
            );
            if (MessageProjection.From(draft) is { } message)
            {
                _messageId = rows.Query(
                    "INSERT INTO messages (session_id, role, content, metadata, created_at)"
                        + " VALUES (@p0, @p1, @p2, @p3, @p4) RETURNING id",
                    append.Session,
                    message.Role,
                    message.Content,
                    message.Metadata,
                    now
                );
            }
        }
        foreach (var change in append.Changes)
            change.Apply(rows, append.Session, now);
    }

    /// <summary>Adds the statements of all appends, in order.</summary>
    /// <exception cref="LostSessionException">It is known at once that a session is not there, or not the run's.</exception>
    public static AppendStatements[] Add(RowWriter rows, IReadOnlyList<Append> batch, DateTime now)
    {
        var blocks = SequenceBlock.Assign(batch);
        var statements = new AppendStatements[batch.Count];
        for (var index = 0; index < batch.Count; index++)
            statements[index] = new AppendStatements(rows, batch[index], blocks[index].Block, blocks[index].Taken, now);
        return statements;
    }

    /// <summary>Where the append landed, once the statements have run.</summary>
    /// <exception cref="LostSessionException">The session is not there, or not the run's.</exception>
    public Appended Landed()
    {
        ThrowIfLost();
        var first = _block.LastSeq - _block.Count + _taken + 1;
        return new Appended(first, first + _append.Events.Count - 1, _now, _messageId?.Value);
    }

    /// <summary>As <see cref="SequenceBlock.ThrowIfLost"/>.</summary>
    public void ThrowIfLost() => _block.ThrowIfLost();
}
