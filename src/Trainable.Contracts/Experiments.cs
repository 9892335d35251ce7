using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>A dataset and what is wanted of it, as a list shows it.</summary>
public sealed record ExperimentSummary
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }

    /// <summary>
    /// The <c>s3://</c> address it was made from; for an upload <c>s3://datasets/datasets/{id}/{file}</c>, or the folder with a
    /// trailing slash for several files.
    /// </summary>
    public required string DatasetRef { get; init; }
    public required string Instructions { get; init; }
    public required DateTime CreatedAt { get; init; }
    public Guid? LatestSessionId { get; init; }
    public string? LatestState { get; init; }

    // What follows comes with `include=summary` alone.

    /// <summary>When the experiment or its newest session last changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? UpdatedAt { get; init; }

    /// <summary>Of the upload, the held ones among them; absent for several files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Rows { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Columns { get; init; }

    /// <summary>The person's choice, else what Prep took.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProblemType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SessionCount { get; init; }

    /// <summary>The stages that the newest session has run, each with its newest run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StageSummary>? Stages { get; init; }

    /// <summary>What the host measured last, whichever session it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScoreSummary? Score { get; init; }

    /// <summary>Of the newest session's newest run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Of all sessions together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageSummary? Usage { get; init; }

    /// <summary>The newest session's main metric as it went.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Sparkline? Sparkline { get; init; }
}

public sealed record ExperimentDetail
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required string DatasetRef { get; init; }
    public required string Instructions { get; init; }
    public required DateTime CreatedAt { get; init; }
    public Guid? LatestSessionId { get; init; }
    public string? LatestState { get; init; }
    public required IReadOnlyList<SessionSummary> Sessions { get; init; }
    public required ExperimentOptions Options { get; init; }
}

public sealed record ExperimentCreated
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required string DatasetRef { get; init; }
    public required string Instructions { get; init; }
    public required Guid SessionId { get; init; }
    public required IReadOnlyList<string> UploadedFiles { get; init; }

    /// <summary>How the table to learn from was chosen among several files, in a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

/// <summary>What the person settled about the dataset; everything may be left to the agent.</summary>
public sealed record ExperimentOptions
{
    public string? Target { get; init; }

    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    public string? ProblemType { get; init; }
    public string? Metric { get; init; }
    public string? PositiveClass { get; init; }
    public IReadOnlyList<string> DropColumns { get; set; } = [];
    public string? GroupColumn { get; init; }
    public string? TimeColumn { get; init; }
    public string? DataDictionary { get; init; }

    /// <summary>One of <see cref="HoldoutModes"/>; null lets the host decide by the shape of the upload.</summary>
    public string? Holdout { get; init; }
    public int Seed { get; set; } = 42;

    /// <summary>The sheet of an Excel workbook; the first with a table unless it is named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sheet { get; init; }

    /// <summary>Of several files the one to learn from, by its name; the others lie beside it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Main { get; init; }

    /// <summary>How the runs of its sessions are driven.</summary>
    [System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
    public RunOptions? Run { get; init; }
}

public sealed record Deleted(bool DeletedFlag)
{
    [JsonPropertyName("deleted")]
    public bool DeletedFlag { get; init; } = DeletedFlag;
}
