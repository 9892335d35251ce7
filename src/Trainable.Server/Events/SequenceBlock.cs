namespace Trainable.Server.Events;

/// <summary>
/// The numbers that appends of one batch take from their session together: one update of the session's row however many
/// events there are. A row that one transaction updates again and again grows slow on PostgreSQL.
/// </summary>
internal sealed class SequenceBlock
{
    private readonly Append _first;
    private Returned? _lastSeq;
    private bool _isClosed;

    private SequenceBlock(Append first) => _first = first;

    /// <summary>How many numbers are taken.</summary>
    public long Count { get; private set; }

    /// <summary>The last of them, once the statement has run.</summary>
    public long LastSeq => _lastSeq!.Value!.Value;

    /// <summary>For each append the block it takes its numbers from, and how many others took before it.</summary>
    public static (SequenceBlock Block, long Taken)[] Assign(IReadOnlyList<Append> batch)
    {
        var open = new Dictionary<Guid, SequenceBlock>();
        var assigned = new (SequenceBlock, long)[batch.Count];
        for (var index = 0; index < batch.Count; index++)
        {
            var append = batch[index];
            if (
                !open.TryGetValue(append.Session, out var block)
                || block._isClosed
                || block._first.Epoch != append.Epoch
            )
                open[append.Session] = block = new SequenceBlock(append);
            assigned[index] = (block, block.Count);
            block.Count += append.Events.Count;
            // What comes after a change of epoch has to be measured by the new one.
            block._isClosed = append.Changes.Any(change => change.ChangesEpoch);
        }
        return assigned;
    }

    /// <summary>Adds the statement that takes the numbers, before the first statement of the block's first append.</summary>
    public void Take(RowWriter rows, DateTime now)
    {
        if (_lastSeq is not null)
            return;
        _lastSeq = _first.Epoch is { } epoch
            ? rows.Query(
                "UPDATE sessions SET last_seq = last_seq + @p0, updated_at = @p1 WHERE id = @p2 AND epoch = @p3 RETURNING last_seq",
                Count,
                now,
                _first.Session,
                epoch
            )
            : rows.Query(
                "UPDATE sessions SET last_seq = last_seq + @p0, updated_at = @p1 WHERE id = @p2 RETURNING last_seq",
                Count,
                now,
                _first.Session
            );
        ThrowIfLost();
    }

    /// <summary>Whatever else went wrong came of it.</summary>
    /// <exception cref="LostSessionException">The statement has run, and the session is not there or not the run's.</exception>
    public void ThrowIfLost()
    {
        if (_lastSeq is { HasRun: true, Value: null })
            throw new LostSessionException(_first.Session);
    }
}
