using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Trainable.Server.Storage;

/// <summary>
/// Builds EF's model beside the first request that may need it. Neither a start nor a server that nobody asks pays for it:
/// a third of a second of processor time, and a sixth of the memory.
/// </summary>
internal sealed partial class DatabaseWarmUp(IServiceProvider services, ILogger<DatabaseWarmUp> logger)
    : BackgroundService
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody uses the server. Returns at once; only the first call does anything.</summary>
    public void Begin() => _asked.TrySetResult();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _asked.Task.WaitAsync(stoppingToken);
        try
        {
            await AskAsync(stoppingToken);
        }
        catch (Exception away) when (away is DbException or Platform.UserFacingException)
        {
            LogAway(away); // Whoever needs the database is told so.
        }
    }

    /// <summary>A method of its own: to enter it loads EF's queries, and even the factory loads EF.</summary>
    private async Task AskAsync(CancellationToken cancellation)
    {
        var databases = services.GetRequiredService<IDbContextFactory<TrainableDb>>();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await db.Experiments.AnyAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The database could not be asked yet")]
    private partial void LogAway(Exception failure);
}
