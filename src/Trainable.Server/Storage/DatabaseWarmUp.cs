using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Trainable.Server.Storage;

/// <summary>Builds EF's model once the server listens, so that neither its start nor the first request waits for it.</summary>
internal sealed partial class DatabaseWarmUp(
    IDbContextFactory<TrainableDb> databases,
    IHostApplicationLifetime lifetime,
    ILogger<DatabaseWarmUp> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(stoppingToken);
            await db.Experiments.AnyAsync(stoppingToken);
        }
        catch (DbException away)
        {
            LogAway(away); // Whoever needs the database is told so.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The database could not be asked yet")]
    private partial void LogAway(Exception failure);
}
