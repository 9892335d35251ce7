namespace Trainable.Server.Storage;

// Rows as they are stored. The first six tables keep the reference's names and columns; JSON is text on every provider.

internal sealed class Experiment
{
    public Guid Id { get; set; }
    public required string Name { get; set; }
    public required string Description { get; set; }
    public required string DatasetRef { get; set; }
    public required string Instructions { get; set; }

    /// <summary><see cref="Contracts.ExperimentOptions"/> as JSON.</summary>
    public required string Options { get; set; }

    /// <summary>Of the upload, when it is one table.</summary>
    public long? RowCount { get; set; }
    public int? ColumnCount { get; set; }
    public DateTime CreatedAt { get; set; }

    /// <summary>When its name or texts were last changed.</summary>
    public DateTime UpdatedAt { get; set; }
}

internal sealed class Session
{
    public Guid Id { get; set; }
    public Guid ExperimentId { get; set; }
    public Experiment? Experiment { get; set; }

    /// <summary>The version of the dataset that it works on; null for the first, which has the experiment's own id.</summary>
    public Guid? DatasetId { get; set; }
    public required string State { get; set; }

    /// <summary>The sequence number of the session's last event.</summary>
    public long LastSeq { get; set; }

    /// <summary>Counts runs; an append that carries an older number is refused.</summary>
    public long Epoch { get; set; }

    /// <summary>The latest <c>chart_config</c> as JSON.</summary>
    public string? ChartConfig { get; set; }

    /// <summary><see cref="Contracts.RunOptions"/> as JSON; null while nothing was said for this session.</summary>
    public string? Options { get; set; }

    /// <summary>One of <see cref="Contracts.Activities"/>.</summary>
    public string? Activity { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime UpdatedAt { get; set; }
}

internal sealed class Message
{
    public long Id { get; set; }
    public Guid SessionId { get; set; }
    public required string Role { get; set; }
    public required string Content { get; set; }
    public required string Metadata { get; set; }
    public DateTime CreatedAt { get; set; }
}

internal sealed class Artifact
{
    public long Id { get; set; }
    public Guid SessionId { get; set; }
    public required string Stage { get; set; }
    public required string Type { get; set; }
    public required string Name { get; set; }
    public required string Path { get; set; }
    public string? S3Path { get; set; }

    /// <summary>Of the content that lies at <see cref="S3Path"/>.</summary>
    public string? S3Sha256 { get; set; }
    public required string Metadata { get; set; }
    public DateTime CreatedAt { get; set; }
}

internal sealed class Metric
{
    public long Id { get; set; }
    public Guid SessionId { get; set; }
    public required string Stage { get; set; }
    public long Step { get; set; }
    public required string Name { get; set; }
    public double? Value { get; set; }
    public string? RunTag { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>The newest of what a script logged under a name that is more than a number.</summary>
internal sealed class LoggedItem
{
    public long Id { get; set; }
    public Guid SessionId { get; set; }
    public required string Stage { get; set; }
    public required string Kind { get; set; }
    public required string Name { get; set; }

    /// <summary>Empty for none: null would be unlike itself in the index.</summary>
    public required string RunTag { get; set; }
    public long? Step { get; set; }
    public required string Data { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>A later version of an experiment's dataset; the first has no row.</summary>
internal sealed class DatasetVersion
{
    /// <summary>What its files are called by in the home.</summary>
    public Guid Id { get; set; }
    public Guid ExperimentId { get; set; }

    /// <summary>2 and up.</summary>
    public int Number { get; set; }
    public required string DatasetRef { get; set; }
    public long? RowCount { get; set; }
    public int? ColumnCount { get; set; }
    public DateTime CreatedAt { get; set; }
}

internal sealed class ProcessedDatasetMeta
{
    public Guid Id { get; set; }
    public Guid SessionId { get; set; }
    public Guid ExperimentId { get; set; }
    public required string Columns { get; set; }
    public required string FeatureColumns { get; set; }
    public string? TargetColumn { get; set; }
    public long TotalRows { get; set; }
    public long TrainRows { get; set; }
    public long ValRows { get; set; }
    public long TestRows { get; set; }
    public required string QualityStats { get; set; }
    public required string SourceFiles { get; set; }
    public required string OutputFiles { get; set; }
    public bool S3Synced { get; set; }
}

/// <summary>The log: every lasting change a person can see, in order.</summary>
internal sealed class SessionEvent
{
    public Guid SessionId { get; set; }
    public long Seq { get; set; }
    public required string Type { get; set; }
    public required string Data { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>One attempt at a stage.</summary>
internal sealed class StageRun
{
    public Guid Id { get; set; }
    public Guid SessionId { get; set; }
    public required string Stage { get; set; }

    /// <summary>One of <see cref="Contracts.RunKinds"/>.</summary>
    public string Kind { get; set; } = Contracts.RunKinds.Stage;

    /// <summary>The run whose conversation this one goes on from; null for one that starts afresh.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>1 for the first of its kind at this stage of this session.</summary>
    public int Number { get; set; }
    public required string Status { get; set; }

    /// <summary>An earlier stage has run again since.</summary>
    public bool Stale { get; set; }
    public required string Model { get; set; }
    public required string Instructions { get; set; }
    public double BudgetSeconds { get; set; }

    /// <summary>The stage up to which the session goes on by itself once this one is done; null for this one alone.</summary>
    public string? ContinueTo { get; set; }

    /// <summary>What the start said of how to run, as <see cref="Contracts.RunOptions"/> in JSON; null when nothing.</summary>
    public string? Options { get; set; }

    /// <summary>Seconds that cost no budget: nobody ran it, or it waited for a person.</summary>
    public double IdleSeconds { get; set; }
    public long Epoch { get; set; }
    public DateTime StartedAt { get; set; }
    public DateTime? EndedAt { get; set; }
    public string? EndReason { get; set; }

    /// <summary><see cref="Contracts.ScoreReport"/> as JSON; train only.</summary>
    public string? Score { get; set; }
}

/// <summary>One model reply and the results of its tool calls.</summary>
internal sealed class Turn
{
    public Guid Id { get; set; }
    public Guid RunId { get; set; }

    /// <summary>1 for the first of its run.</summary>
    public int Number { get; set; }

    /// <summary>The reply's chat messages as JSON, stored before any of its tools runs.</summary>
    public required string Reply { get; set; }

    /// <summary>What was said to the model before this reply (a user's message, a nudge), as JSON chat messages.</summary>
    public required string Prompt { get; set; }

    /// <summary>Tool results as a JSON object by call id; each is added as its call ends.</summary>
    public required string Results { get; set; }

    /// <summary>The whole prompt; what was read from and written to a cache is part of it.</summary>
    public long InputTokens { get; set; }
    public long OutputTokens { get; set; }
    public long CacheReadTokens { get; set; }
    public long CacheWriteTokens { get; set; }

    /// <summary>The model that gave the reply; a run may change its model.</summary>
    public string Model { get; set; } = "";

    /// <summary>Billionths of a US dollar, so that sums are exact; null where the price is not known.</summary>
    public long? CostNanos { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>What a run asked a person.</summary>
internal sealed class Question
{
    public Guid Id { get; set; }
    public Guid SessionId { get; set; }
    public Guid RunId { get; set; }

    /// <summary>The call that asks; a run asks once for each.</summary>
    public required string CallId { get; set; }

    /// <summary><see cref="Contracts.QuestionItem"/> as JSON, as it was shown.</summary>
    public required string Shown { get; set; }

    /// <summary>One of <see cref="QuestionStatuses"/>.</summary>
    public required string Status { get; set; }

    /// <summary><see cref="Contracts.QuestionAnswered"/> as JSON; null while it is pending.</summary>
    public string? Answer { get; set; }
    public DateTime? ExpiresAt { get; set; }
    public DateTime CreatedAt { get; set; }
}

/// <summary>What is to be done in S3, and what was: the queue that a restart finds again.</summary>
internal sealed class SyncJob
{
    public Guid Id { get; set; }

    /// <summary>The session whose stage is to be copied; null for a prefix that is to be emptied.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The stage that is to be copied, one job each.</summary>
    public string? Stage { get; set; }
    public required string Bucket { get; set; }

    /// <summary>Ends in a slash.</summary>
    public required string Prefix { get; set; }

    /// <summary>One of <see cref="Contracts.SyncStatuses"/>.</summary>
    public required string Status { get; set; }
    public int FilesSynced { get; set; }
    public long Bytes { get; set; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; set; }
    public string? Error { get; set; }
    public DateTime NextAttemptAt { get; set; }
    public DateTime QueuedAt { get; set; }
    public DateTime? EndedAt { get; set; }
}

/// <summary>Values of <c>questions.status</c>.</summary>
internal static class QuestionStatuses
{
    public const string Pending = "pending";
    public const string Answered = "answered";

    /// <summary>Nobody answered in time.</summary>
    public const string Expired = "expired";

    /// <summary>The run ended first.</summary>
    public const string Withdrawn = "withdrawn";
}
