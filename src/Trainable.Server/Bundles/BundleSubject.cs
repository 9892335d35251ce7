using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;
using Trainable.Server.Storage;

namespace Trainable.Server.Bundles;

/// <summary>A session that has a model, with what a bundle says of it.</summary>
internal sealed record BundleSubject
{
    public required StageSubject Train { get; init; }
    public required Guid ExperimentId { get; init; }
    public required string Name { get; init; }
    public required string Instructions { get; init; }
    public required DatasetManifest Dataset { get; init; }
    public required string Target { get; init; }

    public bool OfImages => Dataset.Source?.Format == TableSource.ImagesFormat;
    public required string ProblemType { get; init; }

    /// <summary>The Train run that made the model.</summary>
    public required Guid RunId { get; init; }
    public required string Model { get; init; }
    public ScoreReport? Score { get; init; }

    /// <summary>Every event of the session, in order.</summary>
    public required IReadOnlyList<StreamEvent> Events { get; init; }
}

/// <summary>Finds what a bundle is about.</summary>
internal sealed class BundleSubjects(IDbContextFactory<TrainableDb> databases, DatasetStore datasets, HeldRows held)
{
    /// <exception cref="UserFacingException">There is no such session (404), or it has no model yet (409).</exception>
    public async Task<BundleSubject> FindAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row =
            await db
                .Sessions.AsNoTracking()
                .Include(one => one.Experiment)
                .SingleOrDefaultAsync(one => one.Id == session, cancellation)
            ?? throw new UserFacingException("Session not found", StatusCodes.Status404NotFound);
        var runs = await db.StageRuns.AsNoTracking().Where(run => run.SessionId == session).ToListAsync(cancellation);
        if (runs.Exists(run => run.Status == RunStatuses.Running))
            throw NotYet("A stage runs in this session. Wait for its end, then export.");
        var train =
            runs.Where(run =>
                    run is { Stage: Stages.Train, Kind: RunKinds.Stage, Status: RunStatuses.Done, Stale: false }
                )
                .MaxBy(run => run.StartedAt)
            ?? throw NotYet("This session has no model yet: Train has not ended. Run Train, then export.");
        var options =
            JsonSerializer.Deserialize(row.Experiment!.Options, ContractJson.Default.ExperimentOptions)
            ?? new ExperimentOptions();
        var dataset = row.DatasetId ?? row.ExperimentId;
        var subject = new StageSubject(dataset, session, Stages.Train, options);
        if (datasets.ReadManifest(dataset) is not { Kind: DatasetKinds.Table } manifest)
            throw NotYet("Only sessions on a single table can be exported; this one's dataset is a folder of files.");
        var (target, problem) = TermsOf(subject);
        var events = await db
            .SessionEvents.AsNoTracking()
            .Where(one => one.SessionId == session)
            .OrderBy(one => one.Seq)
            .ToListAsync(cancellation);
        return new BundleSubject
        {
            Train = subject,
            ExperimentId = row.ExperimentId,
            Name = row.Experiment.Name,
            Instructions = row.Experiment.Instructions,
            Dataset = manifest,
            Target = target,
            ProblemType = problem,
            RunId = train.Id,
            Model = train.Model,
            Score = train.Score is { } score
                ? JsonSerializer.Deserialize(score, ContractJson.Default.ScoreReport)
                : null,
            Events =
            [
                .. events.Select(one => new StreamEvent(
                    one.Type,
                    new RawJson(one.Data).Parse(),
                    one.Seq,
                    session,
                    one.CreatedAt
                )),
            ],
        };
    }

    private (string Target, string Problem) TermsOf(StageSubject subject)
    {
        if (held.ReadTerms(subject) is { } terms)
            return (terms.Target, terms.ProblemType);
        if (PrepMetadata.Read(held.Prep(subject)) is { HasKnownProblem: true, Target: { } target } metadata)
            return (target, metadata.ProblemType!);
        throw NotYet("What Prep said of target and problem is gone. Run Prep and Train again.");
    }

    private static UserFacingException NotYet(string sentence) => new(sentence, StatusCodes.Status409Conflict);
}
