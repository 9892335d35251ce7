using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Events;
using Trainable.Server.Referee;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>
/// What the host does itself once an agent's loop has ended: the referee's verdict, the sealed test set, the measured score,
/// the table's description, the report. The agent has no part in any of it.
/// </summary>
internal sealed class StageCompletion(
    RefereeService referee,
    StageFiles files,
    IDbContextFactory<TrainableDb> databases
)
{
    private const int ReportBytes = 512 * 1024;

    /// <summary>Before the agent's loop: no score on held rows lies where the agent could read it.</summary>
    public void Prepare(StageContext context) => referee.HideScores(Subject(context));

    /// <summary>Completes the stage; a sentence when it is not done after all, null when it is.</summary>
    public async Task<string?> CompleteAsync(
        StageContext context,
        RunJournal journal,
        LoopEnd end,
        CancellationToken cancellation
    )
    {
        var subject = Subject(context);
        var report = end.Accepted ?? await referee.CheckAsync(subject, cancellation);
        if (!report.Ok)
        {
            await PublishAsync(journal, report, score: null);
            return $"{Name(context)} is not done: {end.Sentence}. {report.Errors[0].Message}";
        }
        var failure = context.Stage switch
        {
            Stages.Prep => await CompletePrepAsync(context, journal, subject, report, cancellation),
            Stages.Train => await CompleteTrainAsync(context, journal, subject, report, cancellation),
            _ => await PublishedAsync(journal, report),
        };
        if (failure is not null)
            return failure;
        await PublishFilesAsync(context, journal, cancellation);
        return null;
    }

    private static StageSubject Subject(StageContext context) =>
        new(context.ExperimentId, context.SessionId, context.Stage, context.Options);

    private static async Task<string?> PublishedAsync(RunJournal journal, CheckReport report)
    {
        await PublishAsync(journal, report, score: null);
        return null;
    }

    private async Task<string?> CompletePrepAsync(
        StageContext context,
        RunJournal journal,
        StageSubject subject,
        CheckReport report,
        CancellationToken cancellation
    )
    {
        var sealing = await referee.SealTestSetAsync(subject, cancellation);
        var merged = report with
        {
            Passed = [.. report.Passed, .. sealing.Passed],
            Warnings = [.. report.Warnings, .. sealing.Warnings],
            Errors = [.. report.Errors, .. sealing.Errors],
        };
        await PublishAsync(journal, merged, score: null);
        if (!sealing.Ok)
            return $"Prep is not done: {sealing.Errors[0].Message}";
        var meta = await referee.DescribeAsync(subject, cancellation);
        await journal.AppendAsync(
            EventTypes.MetadataReady,
            new MetadataReady(context.SessionId),
            ContractJson.Default.MetadataReady,
            new PutProcessedMeta(context.ExperimentId, meta)
        );
        return null;
    }

    private async Task<string?> CompleteTrainAsync(
        StageContext context,
        RunJournal journal,
        StageSubject subject,
        CheckReport report,
        CancellationToken cancellation
    )
    {
        var score = await referee.ScoreAsync(subject, await WasOpenAsync(context, cancellation), cancellation);
        if (score is null)
        {
            await PublishAsync(journal, report, score: null);
            return null;
        }
        await PublishAsync(
            journal,
            report,
            score,
            new SetScore(context.RunId, JsonSerializer.Serialize(score, ContractJson.Default.ScoreReport))
        );
        return null;
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
                    session.Id == run.SessionId && session.ExperimentId == context.ExperimentId
                ),
            cancellation
        );
    }

    private async Task PublishFilesAsync(StageContext context, RunJournal journal, CancellationToken cancellation)
    {
        if (await files.TryReadTextAsync(context, "report.md", ReportBytes, cancellation) is { } report)
        {
            await journal.AppendAsync(
                EventTypes.ReportReady,
                new ReportReady(report, context.Stage),
                ContractJson.Default.ReportReady
            );
        }
        var all = files.All(context);
        await journal.AppendAsync(
            EventTypes.FilesReady,
            new FilesReady(
                [.. all.Select(file => new FileEntry($"{context.ApiDirectory}/{file.Path}", "file"))],
                context.Stage,
                context.ApiDirectory
            ),
            ContractJson.Default.FilesReady,
            [.. all.Select(file => StageFiles.Artifact(context, file))]
        );
    }

    private static Task<Appended> PublishAsync(
        RunJournal journal,
        CheckReport report,
        ScoreReport? score,
        params IReadOnlyList<RowChange> changes
    ) =>
        journal.AppendAsync(
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
            ContractJson.Default.ValidationResult,
            changes
        );

    private static string Name(StageContext context) => char.ToUpperInvariant(context.Stage[0]) + context.Stage[1..];
}
