namespace Trainable.Contracts;

/// <summary>A dataset and what is wanted of it, as a list shows it.</summary>
public sealed record ExperimentSummary
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }

    /// <summary><c>s3://datasets/datasets/{id}/{file}</c>, or the folder with a trailing slash for several files.</summary>
    public required string DatasetRef { get; init; }
    public required string Instructions { get; init; }
    public required DateTime CreatedAt { get; init; }
    public Guid? LatestSessionId { get; init; }
    public string? LatestState { get; init; }
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

    /// <summary>How the runs of its sessions are driven.</summary>
    [System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
    public RunOptions? Run { get; init; }
}

public sealed record Deleted(bool DeletedFlag)
{
    [System.Text.Json.Serialization.JsonPropertyName("deleted")]
    public bool DeletedFlag { get; init; } = DeletedFlag;
}
