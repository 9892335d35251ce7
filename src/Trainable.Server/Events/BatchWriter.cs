using System.Data.Common;

namespace Trainable.Server.Events;

/// <summary>The one connection that the event log writes through. Used by one task at a time.</summary>
internal abstract class BatchWriter : IAsyncDisposable
{
    /// <summary>True while a batch waits for a database that has gone away.</summary>
    public virtual bool IsCutOff => false;

    /// <summary>Writes all appends in one transaction, in order, exactly once; waits for a database that has gone away.</summary>
    /// <exception cref="LostSessionException">One of them may not be written; none is.</exception>
    /// <exception cref="DbException">One of them cannot be written; none is.</exception>
    public abstract Task<Appended[]> WriteAsync(
        IReadOnlyList<Append> batch,
        DateTime now,
        CancellationToken cancellation
    );

    public abstract ValueTask DisposeAsync();
}
