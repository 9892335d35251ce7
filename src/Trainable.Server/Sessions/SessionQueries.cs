using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Sessions as the API shows them; a session and its <c>last_seq</c> come from one snapshot.</summary>
internal sealed class SessionQueries(TrainableDb db, ExperimentQueries experiments, SandboxOptions sandbox)
{
    private const int MostRichLogs = 500;

    public static SessionSummary Summary(Session row) =>
        new()
        {
            Id = row.Id,
            ExperimentId = row.ExperimentId,
            State = row.State,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
            DatasetId = row.DatasetId,
        };

    public Task<SessionDetail?> FindAsync(Guid id, CancellationToken cancellation) =>
        db.ReadSnapshotAsync(stop => ReadAsync(id, stop), cancellation);

    private async Task<SessionDetail?> ReadAsync(Guid id, CancellationToken cancellation)
    {
        var row = await db
            .Sessions.AsNoTracking()
            .Include(session => session.Experiment)
            .SingleOrDefaultAsync(session => session.Id == id, cancellation);
        if (row is null)
            return null;
        return new SessionDetail
        {
            Id = row.Id,
            ExperimentId = row.ExperimentId,
            State = row.State,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
            DatasetId = row.DatasetId,
            LastSeq = row.LastSeq,
            ChartConfig = row.ChartConfig is { } charts ? Json(charts) : null,
            Experiment = await experiments.SummaryAsync(row.ExperimentId, cancellation),
            Options = await experiments.OptionsAsync(row.ExperimentId, cancellation),
            Messages = await MessageRows.ReadAsync(db, id, cancellation),
            Artifacts = await ArtifactsAsync(id, cancellation),
            ProcessedMeta = await MetaAsync(id, cancellation),
            Runs = await RunsAsync(row, cancellation),
            Usage = await UsageQueries.TotalsAsync(db, id, cancellation),
            Activity = row.Activity,
            RunOptions = RunTerms.Of(row),
            Questions = await QuestionsAsync(id, cancellation),
            RichLogs = await RichLogsAsync(id, cancellation),
            S3Sync = await SyncAsync(id, cancellation),
            Sandbox = sandbox.Mode is SandboxMode.Unsafe ? "unsafe" : null,
        };
    }

    public Task<bool> ExistsAsync(Guid id, CancellationToken cancellation) =>
        db.Sessions.AnyAsync(session => session.Id == id, cancellation);

    public Task<IReadOnlyList<MessageItem>> MessagesAsync(Guid id, CancellationToken cancellation) =>
        db.ReadSnapshotAsync(stop => MessageRows.ReadAsync(db, id, stop), cancellation);

    public async Task<ArtifactItem[]> ArtifactsAsync(Guid id, CancellationToken cancellation)
    {
        var rows = await db
            .Artifacts.AsNoTracking()
            .Where(artifact => artifact.SessionId == id)
            .OrderBy(artifact => artifact.Id)
            .ToListAsync(cancellation);
        return
        [
            .. rows.Select(row => new ArtifactItem
            {
                Id = row.Id,
                Stage = row.Stage,
                ArtifactType = row.Type,
                Name = row.Name,
                Path = row.Path,
                S3Path = row.S3Path,
                Metadata = new RawJson(row.Metadata),
                CreatedAt = row.CreatedAt,
            }),
        ];
    }

    public async Task<ProcessedMeta?> MetaAsync(Guid id, CancellationToken cancellation)
    {
        var row = await db
            .ProcessedDatasetMeta.AsNoTracking()
            .SingleOrDefaultAsync(meta => meta.SessionId == id, cancellation);
        if (row is null)
            return null;
        return new ProcessedMeta
        {
            Columns = JsonSerializer.Deserialize(row.Columns, ContractJson.Default.IReadOnlyListProcessedColumn)!,
            FeatureColumns = Strings(row.FeatureColumns),
            TargetColumn = row.TargetColumn,
            TotalRows = row.TotalRows,
            TrainRows = row.TrainRows,
            ValRows = row.ValRows,
            TestRows = row.TestRows,
            QualityStats = Json(row.QualityStats),
            S3Synced = row.S3Synced,
            SourceFiles = Strings(row.SourceFiles),
            OutputFiles = Strings(row.OutputFiles),
        };
    }

    /// <summary>What waits for an answer.</summary>
    public async Task<QuestionItem[]> QuestionsAsync(Guid id, CancellationToken cancellation)
    {
        var rows = await db
            .Questions.AsNoTracking()
            .Where(question => question.SessionId == id && question.Status == QuestionStatuses.Pending)
            .OrderBy(question => question.CreatedAt)
            .Select(question => question.Shown)
            .ToListAsync(cancellation);
        return [.. rows.Select(row => JsonSerializer.Deserialize(row, ContractJson.Default.QuestionItem)!)];
    }

    private async Task<SyncState[]?> SyncAsync(Guid id, CancellationToken cancellation)
    {
        var jobs = await db
            .SyncJobs.AsNoTracking()
            .Where(job => job.SessionId == id)
            .OrderBy(job => job.QueuedAt)
            .ToListAsync(cancellation);
        return jobs is []
            ? null
            :
            [
                .. jobs.Select(job => new SyncState
                {
                    Stage = job.Stage!,
                    Status = job.Status,
                    Bucket = job.Bucket,
                    Prefix = job.Prefix,
                    FilesSynced = job.FilesSynced,
                    Bytes = job.Bytes,
                    Error = job.Error,
                    QueuedAt = job.QueuedAt,
                    EndedAt = job.EndedAt,
                }),
            ];
    }

    private async Task<RichLog[]> RichLogsAsync(Guid id, CancellationToken cancellation)
    {
        var rows = await db
            .LoggedItems.AsNoTracking()
            .Where(item => item.SessionId == id)
            .OrderBy(item => item.Id)
            .Take(MostRichLogs)
            .ToListAsync(cancellation);
        return
        [
            .. rows.Select(row => new RichLog
            {
                Kind = row.Kind,
                Name = row.Name,
                Stage = row.Stage,
                RunTag = row.RunTag is "" ? null : row.RunTag,
                Step = row.Step,
                Data = new RawJson(row.Data),
                CreatedAt = row.CreatedAt,
            }),
        ];
    }

    private async Task<StageRunItem[]> RunsAsync(Session session, CancellationToken cancellation)
    {
        var rows = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.SessionId == session.Id)
            .OrderBy(run => run.StartedAt)
            .ToListAsync(cancellation);
        var runs = db.StageRuns.Where(run => run.SessionId == session.Id).Select(run => run.Id);
        var tokens = await db
            .Turns.AsNoTracking()
            .Where(turn => runs.Contains(turn.RunId))
            .GroupBy(turn => turn.RunId)
            .Select(group => new
            {
                Run = group.Key,
                Sums = new TurnSums
                {
                    Input = group.Sum(turn => turn.InputTokens),
                    Output = group.Sum(turn => turn.OutputTokens),
                    CostNanos = group.Sum(turn => turn.CostNanos ?? 0),
                    Unpriced = group.Count(turn => turn.CostNanos == null),
                },
            })
            .ToDictionaryAsync(one => one.Run, one => one.Sums, cancellation);
        return
        [
            .. rows.Select(row => (Row: row, Terms: RunTerms.Of(session, row)))
                .Select(run => new StageRunItem
                {
                    Kind = run.Row.Kind,
                    Thinking = run.Terms.Thinking,
                    Share = run.Terms.Share ?? ShareLevels.Sample,
                    Id = run.Row.Id,
                    Stage = run.Row.Stage,
                    Number = run.Row.Number,
                    Status = run.Row.Status,
                    Model = run.Row.Model,
                    Stale = run.Row.Stale,
                    StartedAt = run.Row.StartedAt,
                    EndedAt = run.Row.EndedAt,
                    EndReason = run.Row.EndReason,
                    Score = run.Row.Score is { } score ? Json(score) : null,
                    Instructions = run.Row.Instructions,
                    BudgetSeconds = run.Row.BudgetSeconds > 0 ? run.Row.BudgetSeconds : null,
                    Usage = tokens.GetValueOrDefault(run.Row.Id)?.Summary,
                }),
        ];
    }

    public static MessageItem Item(Message row) =>
        new()
        {
            Id = row.Id,
            Role = row.Role,
            Content = row.Content,
            Metadata = new RawJson(row.Metadata),
            CreatedAt = row.CreatedAt,
        };

    private static IReadOnlyList<string> Strings(string json) =>
        JsonSerializer.Deserialize(json, ContractJson.Default.IReadOnlyListString)!;

    private static JsonElement Json(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        return JsonElement.ParseValue(ref reader);
    }
}
