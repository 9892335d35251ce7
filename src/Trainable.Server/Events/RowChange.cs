using Trainable.Contracts;

namespace Trainable.Server.Events;

/// <summary>A change of rows that is written in the same transaction as the events that tell of it.</summary>
internal abstract record RowChange
{
    /// <summary>True for a change that takes the session from whoever runs it.</summary>
    public virtual bool ChangesEpoch => false;

    public abstract void Apply(RowWriter writer, Guid session, DateTime now);
}

internal sealed record SetState(string State) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sessions SET state = @p0 WHERE id = @p1", State, session);
}

internal sealed record SetChartConfig(string Json) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sessions SET chart_config = @p0 WHERE id = @p1", Json, session);
}

internal sealed record AddMetrics(IReadOnlyList<MetricPoint> Points) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.InsertMany(
            "metrics",
            RowColumn.Same("session_id", session, Points.Count),
            new RowColumn("stage", Points.Select(point => point.Stage).ToArray()),
            new RowColumn("step", Points.Select(point => point.Step).ToArray()),
            new RowColumn("name", Points.Select(point => point.Name).ToArray()),
            new RowColumn("value", Points.Select(point => point.Value).ToArray()),
            new RowColumn("run_tag", Points.Select(point => point.RunTag).ToArray()),
            RowColumn.Same("created_at", now, Points.Count)
        );
    }
}

/// <summary>What a script logged that is more than a number; it replaces what had the same name.</summary>
internal sealed record PutRichLog(RichLog Log) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute(
            "INSERT INTO logged_items (session_id, stage, kind, name, run_tag, step, data, created_at)"
                + " VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7)"
                + " ON CONFLICT (session_id, stage, kind, name, run_tag) DO UPDATE SET"
                + " step = excluded.step, data = excluded.data, created_at = excluded.created_at",
            session,
            Log.Stage,
            Log.Kind,
            Log.Name,
            Log.RunTag ?? "",
            Log.Step,
            Log.Data.Text,
            now
        );
}

/// <summary>A file a stage made. The same path again replaces the row: a re-run makes no duplicates.</summary>
internal sealed record PutArtifact(string Stage, string Type, string Name, string Path, string Metadata) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute(
            "INSERT INTO artifacts (session_id, stage, type, name, path, metadata, created_at)"
                + " VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6)"
                + " ON CONFLICT (session_id, path) DO UPDATE SET"
                + " stage = excluded.stage, type = excluded.type, name = excluded.name, metadata = excluded.metadata",
            session,
            Stage,
            Type,
            Name,
            Path,
            Metadata,
            now
        );
}

/// <summary>Starts a run: takes the next epoch, which shuts out whoever held the session before.</summary>
internal sealed record StartRun : RowChange
{
    public required Guid RunId { get; init; }
    public required string Stage { get; init; }
    public required string Model { get; init; }
    public required string Instructions { get; init; }
    public required double BudgetSeconds { get; init; }
    public required string? ContinueTo { get; init; }
    public required string? Options { get; init; }
    public required long Epoch { get; init; }

    /// <summary>A conversation makes nothing stale.</summary>
    public string Kind { get; init; } = RunKinds.Stage;
    public Guid? ParentId { get; init; }

    public override bool ChangesEpoch => true;

    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute("UPDATE sessions SET epoch = @p0, activity = NULL WHERE id = @p1", Epoch, session);
        foreach (var stale in Kind == RunKinds.Stage ? Stages.After(Stage).Prepend(Stage) : [])
            writer.Execute(
                "UPDATE stage_runs SET stale = @p0 WHERE session_id = @p1 AND stage = @p2",
                true,
                session,
                stale
            );
        writer.Execute(
            "INSERT INTO stage_runs (id, session_id, stage, number, status, stale, model, instructions, budget_seconds,"
                + " continue_to, epoch, started_at, options, kind, parent_id, idle_seconds)"
                + " SELECT @p0, @p1, @p2, COALESCE(MAX(number), 0) + 1, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10,"
                + " @p11, @p12, @p13, @p14"
                + " FROM stage_runs WHERE session_id = @p1 AND stage = @p2 AND kind = @p12",
            RunId,
            session,
            Stage,
            RunStatuses.Running,
            false,
            Model,
            Instructions,
            BudgetSeconds,
            ContinueTo,
            Epoch,
            now,
            Options,
            Kind,
            ParentId,
            0.0
        );
    }
}

/// <summary>A run found at start goes on under a new epoch.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Epoch">The next epoch.</param>
/// <param name="IdleSeconds">How long nobody ran it.</param>
internal sealed record ResumeRun(Guid RunId, long Epoch, double IdleSeconds = 0) : RowChange
{
    public override bool ChangesEpoch => true;

    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute("UPDATE sessions SET epoch = @p0 WHERE id = @p1", Epoch, session);
        writer.Execute(
            "UPDATE stage_runs SET epoch = @p0, idle_seconds = idle_seconds + @p1 WHERE id = @p2",
            Epoch,
            IdleSeconds,
            RunId
        );
    }
}

/// <summary>Ends a run; what it asked and was not answered is withdrawn.</summary>
internal sealed record EndRun(Guid RunId, string Status, string Reason) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute(
            "UPDATE stage_runs SET status = @p0, end_reason = @p1, ended_at = @p2 WHERE id = @p3",
            Status,
            Reason,
            now,
            RunId
        );
        writer.Execute("UPDATE questions SET status = 'withdrawn' WHERE run_id = @p0 AND status = 'pending'", RunId);
        writer.Execute("UPDATE sessions SET activity = NULL WHERE id = @p0", session);
    }
}

/// <summary>One of <see cref="Activities"/>, or null.</summary>
internal sealed record SetActivity(string? Activity) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sessions SET activity = @p0 WHERE id = @p1", Activity, session);
}

internal sealed record SetSessionOptions(string Json) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE sessions SET options = @p0 WHERE id = @p1", Json, session);
}

internal sealed record SetRunOptions(Guid RunId, string Json) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE stage_runs SET options = @p0 WHERE id = @p1", Json, RunId);
}

/// <summary>A question is asked; it is pending until it is answered, expires or is withdrawn.</summary>
internal sealed record AddQuestion(QuestionItem Question, Guid RunId) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute(
            "INSERT INTO questions (id, session_id, run_id, call_id, shown, status, expires_at, created_at)"
                + " VALUES (@p0, @p1, @p2, @p3, @p4, 'pending', @p5, @p6)",
            Question.Id,
            session,
            RunId,
            Question.CallId,
            System.Text.Json.JsonSerializer.Serialize(Question, ContractJson.Default.QuestionItem),
            Question.ExpiresAt,
            now
        );
}

/// <summary>What became of a question, and how long the run waited for it: that costs no budget.</summary>
internal sealed record EndQuestion(QuestionAnswered Answer, string Status, Guid RunId, double WaitedSeconds) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        writer.Execute(
            "UPDATE questions SET status = @p0, answer = @p1 WHERE id = @p2",
            Status,
            System.Text.Json.JsonSerializer.Serialize(Answer, ContractJson.Default.QuestionAnswered),
            Answer.Id
        );
        writer.Execute("UPDATE stage_runs SET idle_seconds = idle_seconds + @p0 WHERE id = @p1", WaitedSeconds, RunId);
    }
}

internal sealed record SetScore(Guid RunId, string Json) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE stage_runs SET score = @p0 WHERE id = @p1", Json, RunId);
}

/// <summary>What a reply cost. What was read from and written to a cache is part of <see cref="Input"/>.</summary>
internal sealed record TurnTokens
{
    public long Input { get; init; }
    public long Output { get; init; }
    public long CacheRead { get; init; }
    public long CacheWrite { get; init; }
}

/// <summary>A model's reply, kept before any of its tools runs.</summary>
internal sealed record AddTurn : RowChange
{
    public required Guid TurnId { get; init; }
    public required Guid RunId { get; init; }
    public required int Number { get; init; }
    public required string Prompt { get; init; }
    public required string Reply { get; init; }
    public required TurnTokens Usage { get; init; }
    public required string Model { get; init; }

    /// <summary>Null where the price is not known.</summary>
    public required long? CostNanos { get; init; }

    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute(
            "INSERT INTO turns (id, run_id, number, prompt, reply, results, input_tokens, output_tokens,"
                + " cache_read_tokens, cache_write_tokens, created_at, model, cost_nanos)"
                + " VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12)",
            TurnId,
            RunId,
            Number,
            Prompt,
            Reply,
            "{}",
            Usage.Input,
            Usage.Output,
            Usage.CacheRead,
            Usage.CacheWrite,
            now,
            Model,
            CostNanos
        );
}

internal sealed record SetTurnResults(Guid TurnId, string Results) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now) =>
        writer.Execute("UPDATE turns SET results = @p0 WHERE id = @p1", Results, TurnId);
}

internal sealed record PutProcessedMeta(Guid ExperimentId, ProcessedMeta Meta) : RowChange
{
    public override void Apply(RowWriter writer, Guid session, DateTime now)
    {
        var columns = System.Text.Json.JsonSerializer.Serialize(
            Meta.Columns,
            ContractJson.Default.IReadOnlyListProcessedColumn
        );
        writer.Execute("DELETE FROM processed_dataset_meta WHERE session_id = @p0", session);
        writer.Execute(
            "INSERT INTO processed_dataset_meta (id, session_id, experiment_id, columns, feature_columns, target_column,"
                + " total_rows, train_rows, val_rows, test_rows, quality_stats, source_files, output_files, s3_synced)"
                + " VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13)",
            Guid.CreateVersion7(),
            session,
            ExperimentId,
            columns,
            Strings(Meta.FeatureColumns),
            Meta.TargetColumn,
            Meta.TotalRows,
            Meta.TrainRows,
            Meta.ValRows,
            Meta.TestRows,
            Meta.QualityStats.GetRawText(),
            Strings(Meta.SourceFiles),
            Strings(Meta.OutputFiles),
            Meta.S3Synced
        );
    }

    private static string Strings(IReadOnlyList<string> values) =>
        System.Text.Json.JsonSerializer.Serialize(values, ContractJson.Default.IReadOnlyListString);
}
