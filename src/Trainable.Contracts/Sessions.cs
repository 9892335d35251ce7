using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

public record SessionSummary
{
    [JsonPropertyOrder(-1)]
    public required Guid Id { get; init; }

    [JsonPropertyOrder(-1)]
    public required Guid ExperimentId { get; init; }

    [JsonPropertyOrder(-1)]
    public required string State { get; init; }

    [JsonPropertyOrder(-1)]
    public required DateTime CreatedAt { get; init; }

    [JsonPropertyOrder(-1)]
    public required DateTime UpdatedAt { get; init; }

    /// <summary>The version of the dataset that it works on; absent for the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? DatasetId { get; init; }
}

public sealed record SessionDetail : SessionSummary
{
    public required ExperimentSummary Experiment { get; init; }
    public required IReadOnlyList<MessageItem> Messages { get; init; }
    public required IReadOnlyList<ArtifactItem> Artifacts { get; init; }
    public ProcessedMeta? ProcessedMeta { get; init; }

    /// <summary>The last event these rows include; a stream opened with <c>?after=last_seq</c> continues them.</summary>
    public required long LastSeq { get; init; }
    public required IReadOnlyList<StageRunItem> Runs { get; init; }

    /// <summary>What the replies of its models came to.</summary>
    public required UsageTotals Usage { get; init; }

    /// <summary>One of <see cref="Activities"/>; null when it does what its state says.</summary>
    public string? Activity { get; init; }

    /// <summary>How its runs are driven where a start says nothing else; the experiment's options are in it.</summary>
    public required RunOptions RunOptions { get; init; }

    /// <summary>What waits for a person's answer.</summary>
    public required IReadOnlyList<QuestionItem> Questions { get; init; }

    /// <summary>The latest <c>chart_config</c> of the session.</summary>
    public JsonElement? ChartConfig { get; init; }

    /// <summary>Images, tables, confusion matrices and curves, in the order in which they were first logged.</summary>
    public required IReadOnlyList<RichLog> RichLogs { get; init; }

    /// <summary>What was settled when the experiment was made.</summary>
    public required ExperimentOptions Options { get; init; }

    /// <summary>How the copies of its stages in S3 stand; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SyncState>? S3Sync { get; init; }

    /// <summary><c>unsafe</c> where what its agents write runs without isolation; left out where it is isolated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sandbox { get; init; }
}

/// <summary>One attempt at a stage.</summary>
public sealed record StageRunItem
{
    public required Guid Id { get; init; }
    public required string Stage { get; init; }
    public required int Number { get; init; }
    public required string Status { get; init; }

    /// <summary><see cref="RunKinds.Stage"/>, or <see cref="RunKinds.Chat"/> for a conversation about the stage.</summary>
    public required string Kind { get; init; }
    public required string Model { get; init; }
    public string? Thinking { get; init; }

    /// <summary>What of the data the model may see; one of <see cref="ShareLevels"/>.</summary>
    public required string Share { get; init; }
    public required bool Stale { get; init; }
    public required DateTime StartedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public string? EndReason { get; init; }

    /// <summary>What the host measured on the held rows; train only.</summary>
    public JsonElement? Score { get; init; }

    /// <summary>What the person asked of this run in particular.</summary>
    public required string Instructions { get; init; }

    /// <summary>Wall-clock seconds the person allowed; null for the server's default.</summary>
    public double? BudgetSeconds { get; init; }

    /// <summary>What its model has used so far; null where it counts nothing.</summary>
    public UsageSummary? Usage { get; init; }
}

public sealed record MessageItem
{
    public required long Id { get; init; }
    public required string Role { get; init; }
    public required string Content { get; init; }
    public required RawJson Metadata { get; init; }
    public required DateTime CreatedAt { get; init; }
}

public sealed record ArtifactItem
{
    public required long Id { get; init; }
    public required string Stage { get; init; }
    public required string ArtifactType { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public string? S3Path { get; init; }
    public required RawJson Metadata { get; init; }
    public required DateTime CreatedAt { get; init; }
}

public sealed record MetricItem
{
    public required long Step { get; init; }
    public required string Name { get; init; }

    /// <summary>Null where the script logged a NaN or an infinity.</summary>
    public double? Value { get; init; }
    public required string Stage { get; init; }
    public string? RunTag { get; init; }
    public required DateTime CreatedAt { get; init; }
}

/// <summary>The table that Prep made, 1:1 with the session.</summary>
public sealed record ProcessedMeta
{
    public required IReadOnlyList<ProcessedColumn> Columns { get; init; }
    public required IReadOnlyList<string> FeatureColumns { get; init; }
    public string? TargetColumn { get; init; }
    public required long TotalRows { get; init; }
    public required long TrainRows { get; init; }
    public required long ValRows { get; init; }
    public required long TestRows { get; init; }
    public required JsonElement QualityStats { get; init; }
    public required bool S3Synced { get; init; }
    public IReadOnlyList<string> SourceFiles { get; set; } = [];
    public IReadOnlyList<string> OutputFiles { get; set; } = [];
}

public sealed record ProcessedColumn(string Name, string Dtype, bool Nullable);

public sealed record PostMessageRequest
{
    public required string Content { get; init; }
    public bool RunAgent { get; init; }

    /// <summary>Who answers, with <see cref="RunAgent"/>; the last stage's model otherwise.</summary>
    public string? Model { get; init; }
}

/// <summary>How a stage is to run; what is left out is as the session and the experiment have it.</summary>
public sealed record StartStageRequest : RunOptions
{
    public StartStageRequest() { }

    /// <summary>A start that is driven so.</summary>
    public StartStageRequest(RunOptions run)
        : base(run) { }

    public string? Gpu { get; init; }
    public string? Instructions { get; init; }

    /// <summary>
    /// Go on where the last run stopped, with what it was asked and what it left; autopilot does unless another model is named.
    /// </summary>
    public bool TakeOver { get; init; }

    /// <summary>Wall-clock seconds the stage may take: the short form of <c>budget.seconds</c>.</summary>
    public double? BudgetSeconds { get; init; }
}

public sealed record StageStarted(string Status, string State);

public sealed record AbortResult(string Status);
