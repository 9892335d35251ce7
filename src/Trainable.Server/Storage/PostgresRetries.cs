using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Trainable.Server.Storage;

/// <summary>
/// Repeats what failed for want of a connection. A request gets a second or two, in which dead pooled connections are
/// replaced, and is then told 503; a run waits for as long as it takes.
/// </summary>
internal sealed class PostgresRetries(DbContext context)
    : ExecutionStrategy(context, maxRetryCount: int.MaxValue, maxRetryDelay: TimeSpan.FromSeconds(2))
{
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    private TimeSpan _waited;

    public override async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await base.ExecuteAsync(state, operation, verifySucceeded, cancellationToken);
        }
        catch (RetryLimitExceededException gaveUp)
        {
            throw PostgresFailures.Unavailable(gaveUp);
        }
    }

    protected override void OnFirstExecution()
    {
        _waited = TimeSpan.Zero;
        base.OnFirstExecution();
    }

    protected override bool ShouldRetryOn(Exception exception) =>
        PostgresFailures.IsConnectionLost(exception) || PostgresFailures.IsCollision(exception);

    protected override TimeSpan? GetNextDelay(Exception lastException)
    {
        if (_waited >= RequestPatience && !DatabasePatience.IsUnlimited)
            return null;
        var doublings = Math.Min(ExceptionsEncountered.Count - 1, 10);
        var delay = TimeSpan.FromTicks(Math.Min(FirstDelay.Ticks << doublings, MaxDelay.Ticks));
        _waited += delay;
        return delay;
    }
}
