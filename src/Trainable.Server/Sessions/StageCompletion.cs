using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Events;
using Trainable.Server.Referee;
using Trainable.Server.S3.Sync;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>
/// What a stage came to: the events and changes that are recorded together with its end, and why it is not done after all.
/// </summary>
internal sealed record Completion(
    IReadOnlyList<EventDraft> Events,
    IReadOnlyList<RowChange> Changes,
    string? Problem = null
);

/// <summary>
/// What the host does itself once an agent's loop has ended: the referee's verdict, the sealed test set, the measured score,
/// the table's description, the report. The agent has no part in any of it.
/// </summary>
internal sealed class StageCompletion(
    RefereeService referee,
    StageFiles files,
    SyncQueue sync,
    IDbContextFactory<TrainableDb> databases
)
{
    private const int ReportBytes = 512 * 1024;

    /// <summary>Before the agent's loop: no score on held rows lies where the agent could read it.</summary>
    public void Prepare(StageContext context) => referee.HideScores(Subject(context));

    /// <summary>Completes the stage. Nothing of it is recorded yet, so that a crash in its middle does it once more, whole.</summary>
    public async Task<Completion> CompleteAsync(StageContext context, LoopEnd end, CancellationToken cancellation)
    {
        var subject = Subject(context);
        var report = end.Accepted ?? await referee.CheckAsync(subject, cancellation);
        if (!report.Ok)
            return Refused(report, $"{Name(context)} is not done: {end.Sentence}. {report.Errors[0].Message}");
        var completed = context.Stage switch
        {
            Stages.Prep => await CompletePrepAsync(context, subject, report, cancellation),
            Stages.Train => await CompleteTrainAsync(context, subject, report, cancellation),
            _ => new Completion([Verdict(report)], []),
        };
        if (completed.Problem is not null)
            return completed;
        var (events, changes) = await FilesAsync(context, cancellation);
        return new Completion([.. completed.Events, .. events], [.. completed.Changes, .. changes]);
    }

    private static StageSubject Subject(StageContext context) =>
        new(context.DatasetId, context.SessionId, context.Stage, context.Options);

    private static Completion Refused(CheckReport report, string problem) => new([Verdict(report)], [], problem);

    private async Task<Completion> CompletePrepAsync(
        StageContext context,
        StageSubject subject,
        CheckReport report,
        CancellationToken cancellation
    )
    {
        var sealing = await referee.SealTestSetAsync(subject, cancellation);
        var merged = report.With(sealing);
        if (!sealing.Ok)
            return Refused(merged, $"Prep is not done: {sealing.Errors[0].Message}");
        var ready = EventDraft.Create(
            EventTypes.MetadataReady,
            new MetadataReady(context.SessionId),
            ContractJson.Default.MetadataReady
        );
        var meta = await referee.DescribeAsync(subject, cancellation);
        return new Completion([Verdict(merged), ready], [new PutProcessedMeta(context.ExperimentId, meta)]);
    }

    private async Task<Completion> CompleteTrainAsync(
        StageContext context,
        StageSubject subject,
        CheckReport report,
        CancellationToken cancellation
    )
    {
        var score = await referee.ScoreAsync(
            subject,
            context.RunId,
            await WasOpenAsync(context, cancellation),
            cancellation
        );
        return score is null
            ? new Completion([Verdict(report)], [])
            : new Completion(
                [Verdict(report.With(RefereeService.Judge(score)), score)],
                [new SetScore(context.RunId, JsonSerializer.Serialize(score, ContractJson.Default.ScoreReport))]
            );
    }

    /// <summary>True when a score on the same held rows had been shown before this run began.</summary>
    private async Task<bool> WasOpenAsync(StageContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.StageRuns.AnyAsync(
            run =>
                run.Score != null
                && run.Id != context.RunId
                && run.EndedAt < context.StartedAt
                && db.Sessions.Any(session =>
                    session.Id == run.SessionId
                    && session.ExperimentId == context.ExperimentId
                    && (session.DatasetId ?? session.ExperimentId) == context.DatasetId
                ),
            cancellation
        );
    }

    /// <summary>The report, and the files the stage leaves behind.</summary>
    private async Task<(List<EventDraft> Events, List<RowChange> Changes)> FilesAsync(
        StageContext context,
        CancellationToken cancellation
    )
    {
        var events = new List<EventDraft>();
        if (await files.TryReadTextAsync(context, "report.md", ReportBytes, cancellation) is { } report)
        {
            events.Add(
                EventDraft.Create(
                    EventTypes.ReportReady,
                    new ReportReady(report, context.Stage),
                    ContractJson.Default.ReportReady
                )
            );
        }
        var all = files.All(context);
        events.Add(
            EventDraft.Create(
                EventTypes.FilesReady,
                new FilesReady(
                    [.. all.Select(file => new FileEntry($"{context.ApiDirectory}/{file.Path}", "file"))],
                    context.Stage,
                    context.ApiDirectory
                ),
                ContractJson.Default.FilesReady
            )
        );
        List<RowChange> changes = [.. all.Select(file => StageFiles.Artifact(context, file))];
        if (sync.Copy(context.ExperimentId, context.SessionId, context.Stage) is { } copy)
            changes.Add(copy);
        return (events, changes);
    }

    private static EventDraft Verdict(CheckReport report, ScoreReport? score = null) =>
        EventDraft.Create(
            EventTypes.ValidationResult,
            new ValidationResult
            {
                Errors = [.. report.Errors.Select(finding => finding.Message)],
                Warnings = [.. report.Warnings.Select(finding => finding.Message)],
                Passed = [.. report.Passed.Select(finding => finding.Message)],
                Stage = report.Stage,
                Report = report,
                Score = score,
            },
            ContractJson.Default.ValidationResult
        );

    private static string Name(StageContext context) => char.ToUpperInvariant(context.Stage[0]) + context.Stage[1..];
}
