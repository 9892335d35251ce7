using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Referee;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Predictions;

/// <summary>
/// Sessions' models, ready to predict: each in a warm process of its own, opened by the first question, opened anew when the
/// session trains another model, and closed like the sandboxes of sessions: after a while with nothing to do, and when too
/// many wait or they hold too much memory.
/// </summary>
internal sealed class Predictors(
    IDbContextFactory<TrainableDb> databases,
    HeldRows held,
    DatasetStore datasets,
    ISandboxRuntime runtime,
    SandboxOptions options,
    TrainableHome home,
    TimeProvider time,
    ILogger<Predictors> logger
) : IAsyncDisposable
{
    private const string Model = "models/model.pkl";
    private const string Pipeline = "data/prep_pipeline.pkl";

    private readonly WarmPool<PredictorProcess> _pool = new(
        new WarmLimits(options.Idle, options.Warm, options.WarmBytes),
        time,
        logger
    );

    /// <summary>The session's model, which stays open at least until the lease is disposed of.</summary>
    /// <exception cref="UserFacingException">There is no model, or it cannot be loaded; the sentence says which.</exception>
    public async Task<(WarmLease<PredictorProcess> Lease, PredictorTerms Terms)> BorrowAsync(
        Guid session,
        CancellationToken cancellation
    )
    {
        var (subject, terms) = await FindAsync(session, cancellation);
        var lease = await _pool.BorrowAsync(session, terms.Version, () => OpenAsync(subject, terms), cancellation);
        return (lease, terms);
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async Task<PredictorProcess> OpenAsync(StageSubject subject, PredictorTerms terms)
    {
        var bench = new Workbench(home);
        try
        {
            var hasModel = await bench.TakeAsync(
                held.StageDirectory(subject, Stages.Train),
                Model,
                "model.pkl",
                CancellationToken.None
            );
            var hasPipeline = await bench.TakeAsync(
                held.Prep(subject),
                Pipeline,
                "prep_pipeline.pkl",
                CancellationToken.None
            );
            if (!hasModel || !hasPipeline)
                throw PredictionRefusals.NotYet("The model was taken away meanwhile. Try again when Train has ended.");
            return await PredictorProcess.OpenAsync(bench, terms, runtime, options, options.StartTimeout);
        }
        catch
        {
            bench.Dispose();
            throw;
        }
    }

    private async Task<(StageSubject, PredictorTerms)> FindAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row =
            await db
                .Sessions.AsNoTracking()
                .Where(one => one.Id == session)
                .Select(one => new { Dataset = one.DatasetId ?? one.ExperimentId, one.Experiment!.Options })
                .SingleOrDefaultAsync(cancellation)
            ?? throw PredictionRefusals.NotFound();
        var train = await db
            .StageRuns.AsNoTracking()
            .Where(run =>
                run.SessionId == session
                && run.Stage == Stages.Train
                && run.Kind == RunKinds.Stage
                && run.Status == RunStatuses.Done
                && !run.Stale
            )
            .OrderByDescending(run => run.StartedAt)
            .Select(run => new { run.Score, run.EndedAt })
            .FirstOrDefaultAsync(cancellation);
        if (train is null)
            throw PredictionRefusals.NotYet(
                "This session has no model yet: Train has not ended. Run Train, then predict."
            );
        var experimentOptions =
            JsonSerializer.Deserialize(row.Options, ContractJson.Default.ExperimentOptions) ?? new ExperimentOptions();
        var subject = new StageSubject(row.Dataset, session, Stages.Train, experimentOptions);
        if (datasets.ReadManifest(row.Dataset) is not { Kind: DatasetKinds.Table } manifest)
            throw PredictionRefusals.NotYet(
                "The dataset is no single table, so there are no raw columns to predict from. Load train/models/model.pkl in a script instead."
            );
        var (target, problem) = TermsOf(subject);
        var (version, written) = VersionOf(subject);
        var score = train.Score is { } text ? JsonSerializer.Deserialize(text, ContractJson.Default.ScoreReport) : null;
        return (
            subject,
            new PredictorTerms
            {
                Session = session,
                Target = target,
                ProblemType = problem,
                PositiveClass =
                    problem == ProblemTypes.Binary ? score?.PositiveClass ?? experimentOptions.PositiveClass : null,
                WorkingFolder = held.WorkingDirectory(manifest),
                WorkingFile = manifest.WorkingFile!,
                Columns = [.. manifest.Columns.Select(column => column.Name)],
                OfImages = manifest.Source?.Format == TableSource.ImagesFormat,
                Version = version,
                IsNotAsMeasured = score is not null && train.EndedAt is { } ended && written.UtcDateTime > ended,
            }
        );
    }

    /// <summary>As Prep's end settled them; where the host holds nothing, as Prep's metadata says.</summary>
    private (string Target, string Problem) TermsOf(StageSubject subject)
    {
        if (held.ReadTerms(subject) is { } terms)
            return (terms.Target, terms.ProblemType);
        if (PrepMetadata.Read(held.Prep(subject)) is { HasKnownProblem: true, Target: { } target } metadata)
            return (target, metadata.ProblemType!);
        throw PredictionRefusals.NotYet("What Prep said of target and problem is gone. Run Prep and Train again.");
    }

    private (string Version, DateTimeOffset Written) VersionOf(StageSubject subject)
    {
        var model =
            Stamp(held.StageDirectory(subject, Stages.Train), Model)
            ?? throw PredictionRefusals.NotYet(
                "Train left no models/model.pkl, so nothing can be predicted. Run Train again."
            );
        var pipeline =
            Stamp(held.Prep(subject), Pipeline)
            ?? throw PredictionRefusals.NotYet(
                "Prep left no pipeline from raw columns (data/prep_pipeline.pkl), so new rows cannot be prepared. Run Prep again."
            );
        var written = model.Modified > pipeline.Modified ? model.Modified : pipeline.Modified;
        return ($"{Text(model)} {Text(pipeline)}", written);

        static string Text(FileStatus file) => $"{file.Inode}-{file.Length}-{file.ModifiedNanoseconds}";
    }

    private static FileStatus? Stamp(string directory, string path)
    {
        using var root = BeneathRoot.TryOpen(directory);
        if (root is null)
            return null;
        var opened = root.OpenFile(path);
        using var handle = opened.Handle;
        return handle is null ? null : opened.Status;
    }
}
