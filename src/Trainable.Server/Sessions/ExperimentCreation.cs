using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Datasets;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>What a dataset was made from: the address that was named, and the objects.</summary>
internal sealed record S3Source(string Address, IReadOnlyList<string> Objects);

/// <summary>What a person says of a new experiment.</summary>
internal sealed record NewExperiment
{
    public const int LongestName = 200;

    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public string Instructions { get; init; } = "";
    public ExperimentOptions Options { get; init; } = new();

    /// <summary>Where the dataset came from in S3; null for an upload.</summary>
    public S3Source? Source { get; init; }

    /// <summary>The name as it is kept.</summary>
    /// <exception cref="UserFacingException">It is empty or too long (422).</exception>
    public static string CheckName(string name) =>
        name.Trim() switch
        {
            "" => throw new UserFacingException("The name is empty: give the experiment a name.", 422),
            { Length: > LongestName } => throw new UserFacingException(
                $"The name is longer than {LongestName} characters. Shorten it; the description has room for more.",
                422
            ),
            var kept => kept,
        };
}

/// <summary>Makes experiments of datasets that have come in, and sessions of experiments.</summary>
internal sealed class ExperimentCreation(TrainableDb db, DatasetStore datasets, LiveFeeds feeds, TimeProvider clock)
{
    /// <summary>Reads the dataset, and keeps it with its experiment and a first session, or nothing at all.</summary>
    public async Task<ExperimentCreated> CreateAsync(
        Guid id,
        NewExperiment wanted,
        DatasetUpload upload,
        CancellationToken cancellation
    )
    {
        var name = NewExperiment.CheckName(wanted.Name);
        var manifest = await upload.CompleteAsync(wanted.Options, cancellation);
        var files = upload.Files;
        var folder = $"s3://datasets/datasets/{id}/";
        var now = clock.GetUtcNow().UtcDateTime;
        var isTable = manifest.Kind == DatasetKinds.Table;
        var options = wanted.Options with
        {
            Holdout = manifest.Holdout.Mode,
            Target = wanted.Options.Target ?? manifest.Target,
            ProblemType = wanted.Options.ProblemType ?? manifest.ProblemType,
        };
        var experiment = new Experiment
        {
            Id = id,
            Name = name,
            Description = wanted.Description,
            Instructions = wanted.Instructions,
            DatasetRef = wanted.Source?.Address ?? (files.Count == 1 ? folder + files[0].Name : folder),
            Options = JsonSerializer.Serialize(options, ContractJson.Default.ExperimentOptions),
            RowCount = isTable ? manifest.RowsTotal : null,
            ColumnCount = isTable ? manifest.Columns.Count : null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var session = NewSession(id, now);
        db.Add(experiment);
        db.Add(session);
        try
        {
            await db.SaveNewAsync(
                stop => db.Experiments.AsNoTracking().AnyAsync(row => row.Id == id, stop),
                cancellation
            );
        }
        catch
        {
            datasets.Delete(id);
            throw;
        }
        feeds.Announce(
            ListEventTypes.ExperimentCreated,
            new ListChanged(id) { SessionId = session.Id, Name = name },
            now
        );
        return new ExperimentCreated
        {
            Id = id,
            Name = experiment.Name,
            Description = experiment.Description,
            DatasetRef = experiment.DatasetRef,
            Instructions = experiment.Instructions,
            SessionId = session.Id,
            UploadedFiles = wanted.Source?.Objects ?? [.. files.Select(file => folder + file.Name)],
            Note = manifest.Note,
        };
    }

    /// <summary>Another run of the experiment's dataset; null when there is no such experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How the session's runs are driven; null for the defaults.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="like">A session whose version of the dataset it is to have; the newest otherwise.</param>
    public async Task<SessionSummary?> AddSessionAsync(
        Guid experiment,
        RunOptions? options,
        CancellationToken cancellation,
        Session? like = null
    )
    {
        if (!await db.Experiments.AnyAsync(row => row.Id == experiment, cancellation))
            return null;
        var now = clock.GetUtcNow().UtcDateTime;
        var session = NewSession(experiment, now);
        session.DatasetId = like is not null
            ? like.DatasetId
            : await db
                .DatasetVersions.Where(row => row.ExperimentId == experiment)
                .OrderByDescending(row => row.Number)
                .Select(row => (Guid?)row.Id)
                .FirstOrDefaultAsync(cancellation);
        session.Options = options is null ? null : RunTerms.ToJson(options);
        db.Add(session);
        await db.SaveNewAsync(
            stop => db.Sessions.AsNoTracking().AnyAsync(row => row.Id == session.Id, stop),
            cancellation
        );
        feeds.Announce(ListEventTypes.SessionCreated, new ListChanged(experiment) { SessionId = session.Id }, now);
        return SessionQueries.Summary(session);
    }

    /// <summary>False when there is no such experiment.</summary>
    public async Task<bool> UpdateAsync(Guid id, UpdateExperimentRequest wanted, CancellationToken cancellation)
    {
        var name = wanted.Name is null ? null : NewExperiment.CheckName(wanted.Name);
        ExperimentForm.CheckLength("description", wanted.Description);
        ExperimentForm.CheckLength("instructions", wanted.Instructions);
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await db
            .Experiments.Where(row => row.Id == id)
            .ExecuteUpdateAsync(
                set =>
                {
                    set.SetProperty(row => row.UpdatedAt, now);
                    if (name is not null)
                        set.SetProperty(row => row.Name, name);
                    if (wanted.Description is { } description)
                        set.SetProperty(row => row.Description, description);
                    if (wanted.Instructions is { } instructions)
                        set.SetProperty(row => row.Instructions, instructions);
                },
                cancellation
            );
        if (changed == 0)
            return false;
        feeds.Announce(ListEventTypes.ExperimentChanged, new ListChanged(id) { Name = name }, now);
        return true;
    }

    private static Session NewSession(Guid experiment, DateTime now) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            ExperimentId = experiment,
            State = SessionStates.Created,
            CreatedAt = now,
            UpdatedAt = now,
        };
}
