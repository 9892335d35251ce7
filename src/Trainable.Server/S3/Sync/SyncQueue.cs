using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.S3.Sync;

/// <summary>
/// What is to be copied to S3 or removed from it. It lies in the database: a job is written with what causes it, in one
/// transaction, and stays until it is done.
/// </summary>
internal sealed class SyncQueue(S3Options options, IDbContextFactory<TrainableDb> databases, TimeProvider clock)
    : IDisposable
{
    private readonly SemaphoreSlim _bell = new(0);

    /// <summary>Where the files of an experiment's sessions are copied to; the reference's own folders.</summary>
    public static string Folder(Guid experiment) => $"datasets/{experiment}/processed/";

    /// <summary>The change that puts a finished stage in the queue; null when nothing is copied.</summary>
    public RowChange? Copy(Guid experiment, Guid session, string stage) =>
        options.SyncBucket is { } bucket
            ? new QueueStage(Guid.CreateVersion7(), stage, bucket, $"{Folder(experiment)}{session}/{stage}/")
            : null;

    /// <summary>What of a deleted experiment lies in S3 is to go as well; called in the transaction that deletes its rows.</summary>
    public async Task RemoveAsync(TrainableDb db, Guid experiment)
    {
        var sessions = db.Sessions.Where(row => row.ExperimentId == experiment).Select(row => row.Id);
        var jobs = db.SyncJobs.Where(job => job.SessionId != null && sessions.Contains(job.SessionId.Value));
        var buckets = await jobs.Select(job => job.Bucket).Distinct().ToListAsync();
        await jobs.ExecuteDeleteAsync();
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var bucket in buckets)
        {
            db.Add(
                new SyncJob
                {
                    Id = Guid.CreateVersion7(),
                    Bucket = bucket,
                    Prefix = Folder(experiment),
                    Status = SyncStatuses.Waiting,
                    NextAttemptAt = now,
                    QueuedAt = now,
                }
            );
        }
        await db.SaveChangesAsync();
    }

    /// <summary>There may be something to do.</summary>
    public void Ring() => _bell.Release();

    /// <summary>Waits for <see cref="Ring"/>, at most so long.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellation)
    {
        if (await _bell.WaitAsync(most, cancellation))
        {
            while (_bell.Wait(0, cancellation))
            {
                // However often it rang, one look at the queue sees all that was put there.
            }
        }
    }

    /// <summary>The job that is due first, due or not; null when there is none.</summary>
    public async Task<SyncJob?> NextAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db
            .SyncJobs.AsNoTracking()
            .Where(job => job.Status == SyncStatuses.Waiting)
            .OrderBy(job => job.NextAttemptAt)
            .ThenBy(job => job.Id)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>A try begins. What ends it sets the time of the next; should the process be killed, the next start tries at once.</summary>
    public async Task BeginAsync(SyncJob job, CancellationToken cancellation)
    {
        job.Attempts++;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db
            .SyncJobs.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Attempts, job.Attempts), cancellation);
    }

    /// <summary>A try failed; each lets more time pass before the next.</summary>
    public async Task PostponeAsync(SyncJob job, string error, CancellationToken cancellation)
    {
        var doublings = Math.Min(job.Attempts - 1, 20);
        var pause = TimeSpan.FromSeconds(
            Math.Min(options.FirstPause.TotalSeconds * Math.Pow(2, doublings), options.LongestPause.TotalSeconds)
        );
        var next = clock.GetUtcNow().UtcDateTime + pause;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db
            .SyncJobs.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Error, error).SetProperty(row => row.NextAttemptAt, next),
                cancellation
            );
    }

    /// <summary>A removal is done, or the session of a copy is gone.</summary>
    public async Task ForgetAsync(SyncJob job, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.SyncJobs.Where(row => row.Id == job.Id).ExecuteDeleteAsync(cancellation);
    }

    public void Dispose() => _bell.Dispose();
}
