using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.S3.Sync;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Deletes an experiment and all that hangs on it: what runs, rows, files, held rows, streams.</summary>
internal sealed class ExperimentRemoval(
    TrainableDb db,
    ISessions sessions,
    DatasetStore datasets,
    LiveFeeds feeds,
    SyncQueue sync,
    TrainableHome home,
    TimeProvider clock
)
{
    public async Task<bool> RemoveAsync(Guid experiment, CancellationToken cancellation)
    {
        if (!await db.Experiments.AnyAsync(row => row.Id == experiment, cancellation))
            return false;
        var ids = await db
            .Sessions.Where(row => row.ExperimentId == experiment)
            .Select(row => row.Id)
            .ToListAsync(cancellation);
        foreach (var id in ids)
            await sessions.RemoveAsync(id, cancellation);
        var versions = await db
            .DatasetVersions.Where(row => row.ExperimentId == experiment)
            .Select(row => row.Id)
            .ToListAsync(cancellation);
        // What was stopped is to be deleted, whether or not the client still waits.
        await db.WriteAsync(_ => DeleteRowsAsync(experiment), CancellationToken.None);
        foreach (var id in ids)
        {
            feeds.Close(id);
            TreeRemoval.Delete(home.Session(id));
        }
        foreach (var version in versions)
            datasets.Delete(version);
        datasets.Delete(experiment);
        sync.Ring();
        var now = clock.GetUtcNow().UtcDateTime;
        feeds.Announce(ListEventTypes.ExperimentDeleted, new ListChanged(experiment), now);
        return true;
    }

    private async Task DeleteRowsAsync(Guid experiment)
    {
        var sessionIds = db.Sessions.Where(row => row.ExperimentId == experiment).Select(row => row.Id);
        await sync.RemoveAsync(db, experiment);
        var runIds = db.StageRuns.Where(row => sessionIds.Contains(row.SessionId)).Select(row => row.Id);
        await db.Questions.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.Turns.Where(row => runIds.Contains(row.RunId)).ExecuteDeleteAsync();
        await db.StageRuns.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.SessionEvents.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.Metrics.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.LoggedItems.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.Messages.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.Artifacts.Where(row => sessionIds.Contains(row.SessionId)).ExecuteDeleteAsync();
        await db.ProcessedDatasetMeta.Where(row => row.ExperimentId == experiment).ExecuteDeleteAsync();
        await db.DatasetVersions.Where(row => row.ExperimentId == experiment).ExecuteDeleteAsync();
        await db.Sessions.Where(row => row.ExperimentId == experiment).ExecuteDeleteAsync();
        await db.Experiments.Where(row => row.Id == experiment).ExecuteDeleteAsync();
    }
}
