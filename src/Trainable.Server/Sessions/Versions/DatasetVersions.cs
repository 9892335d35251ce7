using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Drift;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Versions;

/// <summary>Later versions of an experiment's dataset: each is read and divided as the first was, and gets a session of its own.</summary>
internal sealed class DatasetVersions(
    TrainableDb db,
    DatasetStore datasets,
    ExperimentQueries experiments,
    LiveFeeds feeds,
    TimeProvider clock
)
{
    /// <summary>Null when there is no such experiment.</summary>
    public async Task<IReadOnlyList<DatasetVersionItem>?> ListAsync(Guid experiment, CancellationToken cancellation)
    {
        var first = await db.Experiments.AsNoTracking().SingleOrDefaultAsync(row => row.Id == experiment, cancellation);
        if (first is null)
            return null;
        var later = await db
            .DatasetVersions.AsNoTracking()
            .Where(row => row.ExperimentId == experiment)
            .OrderBy(row => row.Number)
            .ToListAsync(cancellation);
        return
        [
            new DatasetVersionItem
            {
                Number = 1,
                DatasetId = experiment,
                DatasetRef = first.DatasetRef,
                Rows = first.RowCount,
                Columns = first.ColumnCount,
                CreatedAt = first.CreatedAt,
            },
            .. later.Select(row => Item(row, datasets.ReadDrift(row.Id))),
        ];
    }

    /// <summary>Reads what came by the experiment's own options; <paramref name="wanted"/> names sheet and main table anew.</summary>
    /// <exception cref="Platform.UserFacingException">It does not fit the experiment, such as for want of the target (422).</exception>
    public async Task<DatasetVersionCreated> AddAsync(
        Guid experiment,
        Guid dataset,
        ExperimentOptions wanted,
        DatasetUpload upload,
        CancellationToken cancellation
    )
    {
        var options = await experiments.OptionsAsync(experiment, cancellation);
        var manifest = await upload.CompleteAsync(
            options with
            {
                Sheet = wanted.Sheet ?? options.Sheet,
                Main = wanted.Main ?? options.Main,
            },
            cancellation
        );
        try
        {
            return await KeepAsync(experiment, dataset, manifest, cancellation);
        }
        catch
        {
            datasets.Delete(dataset);
            throw;
        }
    }

    private async Task<DatasetVersionCreated> KeepAsync(
        Guid experiment,
        Guid dataset,
        DatasetManifest manifest,
        CancellationToken cancellation
    )
    {
        var last = await db
            .DatasetVersions.Where(row => row.ExperimentId == experiment)
            .OrderByDescending(row => row.Number)
            .Select(row => new { row.Id, row.Number })
            .FirstOrDefaultAsync(cancellation);
        var drift = await datasets.MeasureDriftAsync(last?.Id ?? experiment, last?.Number ?? 1, dataset, cancellation);
        var now = clock.GetUtcNow().UtcDateTime;
        var folder = $"s3://datasets/datasets/{dataset}/";
        var isTable = manifest.Kind == DatasetKinds.Table;
        var version = new DatasetVersion
        {
            Id = dataset,
            ExperimentId = experiment,
            Number = (last?.Number ?? 1) + 1,
            DatasetRef = manifest.Files is [var only] ? folder + only.Name : folder,
            RowCount = isTable ? manifest.RowsTotal : null,
            ColumnCount = isTable ? manifest.Columns.Count : null,
            CreatedAt = now,
        };
        var session = new Session
        {
            Id = Guid.CreateVersion7(),
            ExperimentId = experiment,
            DatasetId = dataset,
            State = SessionStates.Created,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Add(version);
        db.Add(session);
        await db.SaveNewAsync(
            stop => db.DatasetVersions.AsNoTracking().AnyAsync(row => row.Id == dataset, stop),
            cancellation
        );
        feeds.Announce(ListEventTypes.SessionCreated, new ListChanged(experiment) { SessionId = session.Id }, now);
        return new DatasetVersionCreated
        {
            Version = Item(version, drift),
            SessionId = session.Id,
            Note = manifest.Note,
        };
    }

    private static DatasetVersionItem Item(DatasetVersion row, DatasetDrift? drift) =>
        new()
        {
            Number = row.Number,
            DatasetId = row.Id,
            DatasetRef = row.DatasetRef,
            Rows = row.RowCount,
            Columns = row.ColumnCount,
            CreatedAt = row.CreatedAt,
            Drift = drift is null
                ? null
                : new DriftReport
                {
                    From = drift.From,
                    RowsBefore = drift.RowsBefore,
                    RowsNow = drift.RowsNow,
                    Added = drift.Added,
                    Removed = drift.Removed,
                    Columns =
                    [
                        .. drift.Columns.Select(column => new DriftColumn(
                            column.Column,
                            column.Psi,
                            column.MissingBefore,
                            column.MissingNow
                        )),
                    ],
                },
        };
}
