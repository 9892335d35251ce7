using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.S3.Sync;

/// <summary>
/// Works the queue off, one job at a time, beside everything else. A job that fails waits longer each time and is never given
/// up: S3 that is down holds up nothing but its own copies.
/// </summary>
internal sealed partial class SyncWorker(
    SyncQueue queue,
    StageSync sync,
    EventLog log,
    TimeProvider clock,
    ILogger<SyncWorker> logger
)
{
    /// <summary>How long to wait when there is nothing to do, or the queue cannot be read.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Idle;
            try
            {
                wait = await WorkAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The database is away, or this is a bug: either way the queue is still there the next time.
                LogStuck(failure);
            }
            if (wait > TimeSpan.Zero)
                await queue.WaitAsync(wait, stoppingToken);
        }
    }

    /// <summary>Tries the job that is due first; returns how long to wait for the next.</summary>
    private async Task<TimeSpan> WorkAsync(CancellationToken cancellation)
    {
        if (await queue.NextAsync(cancellation) is not { } job)
            return Idle;
        var early = job.NextAttemptAt - clock.GetUtcNow().UtcDateTime;
        if (early > TimeSpan.Zero)
            return early < Idle ? early : Idle;
        await queue.BeginAsync(job, cancellation);
        try
        {
            if (job.SessionId is null)
            {
                await sync.RemoveAsync(job, cancellation);
                await queue.ForgetAsync(job, cancellation);
            }
            else
            {
                await sync.CopyAsync(job, cancellation);
            }
        }
        catch (LostSessionException)
        {
            await queue.ForgetAsync(job, cancellation);
        }
        catch (Exception failure) when (failure is UserFacingException or IOException)
        {
            await PostponeAsync(job, failure, cancellation);
        }
        return TimeSpan.Zero;
    }

    private async Task PostponeAsync(SyncJob job, Exception failure, CancellationToken cancellation)
    {
        var sentence = failure is UserFacingException told ? told.Message : "A file could not be read.";
        await queue.PostponeAsync(job, sentence, cancellation);
        LogPostponed(job.Stage ?? "removal", job.Attempts, sentence);
        // Told once and not at every try; readers of the session see what is new in it.
        if (job.SessionId is not { } session || job.Error == sentence)
            return;
        var waiting = EventDraft.Create(
            EventTypes.S3SyncWaiting,
            new S3SyncWaiting(job.Stage!, sentence),
            ContractJson.Default.S3SyncWaiting
        );
        await log.AppendAsync(
            new Append(session) { Events = [waiting], Changes = [new SetSyncError(job.Id, sentence)] },
            cancellation
        );
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "S3: {What} is postponed after try {Attempt}: {Why}")]
    private partial void LogPostponed(string what, int attempt, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "S3: the queue could not be worked off; it is tried again")]
    private partial void LogStuck(Exception failure);
}
