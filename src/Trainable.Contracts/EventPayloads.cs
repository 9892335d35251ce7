using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

// The `data` of each event type, as in the reference; what we add is optional.

public sealed record StateChanged(string State)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

public sealed record AgentMessage(string Text)
{
    /// <summary>Joins the deltas that streamed this text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MessageId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

/// <summary>Text of a message as it streams. <see cref="Offset"/> counts UTF-16 code units before <see cref="Text"/>.</summary>
public sealed record AgentMessageDelta(string MessageId, int Offset, string Text);

public sealed record UserMessage(string Content);

public sealed record ToolStarted(string Tool, JsonElement Input)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

public sealed record ToolEnded(string Tool, string Output)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }

    /// <summary>
    /// ok, error, timeout, cancelled, out_of_memory, output_limit, cpu_limit, disk_limit, file_limit, process_limit, lost;
    /// execute_code only.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outcome { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? WallSeconds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CpuSeconds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Where the script of the step was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ScriptPath { get; init; }

    /// <summary>Where the whole output lies when <see cref="Output"/> shows only its head and tail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OutputPath { get; init; }
}

public sealed record CodeOutput(string Stream, string Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }
}

public sealed record FileCreated(string Path, string Name, string Type, string Stage)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>The step that made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }
}

public sealed record ReportReady(string Content, string Stage);

public sealed record FilesReady(IReadOnlyList<FileEntry> Files, string Stage, string Workspace);

public sealed record MetricPoint(long Step, string Name, double? Value, string Stage, string? RunTag);

public sealed record MetricsBatch(IReadOnlyList<MetricPoint> Items)
{
    /// <summary>Said once when a value could not be kept as it was (NaN, infinity).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }
}

public sealed record ChartConfig(IReadOnlyList<ChartSpec> Charts);

public sealed record ChartSpec(string Title, IReadOnlyList<string> Metrics, string Type);

/// <summary>Plain sentences as the reference sends them; the coded findings stand beside them.</summary>
public sealed record ValidationResult
{
    public required IReadOnlyList<string> Errors { get; init; }
    public required IReadOnlyList<string> Warnings { get; init; }
    public required IReadOnlyList<string> Passed { get; init; }
    public required string Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CheckReport? Report { get; init; }

    /// <summary>What the host measured on the held rows; after Train.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScoreReport? Score { get; init; }
}

public sealed record MetadataReady(Guid SessionId);

public sealed record AgentFailed(string Error)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

public sealed record AgentAborted(string Reason, string Stage);

/// <summary>A model did not answer to the end and is asked again; what it had streamed is void.</summary>
public sealed record ModelRetry(string Message, string Stage)
{
    /// <summary>The message whose deltas are void.</summary>
    public required string MessageId { get; init; }

    /// <summary>The try that is to come, of <see cref="Attempts"/>.</summary>
    public required int Attempt { get; init; }
    public required int Attempts { get; init; }
    public required double WaitSeconds { get; init; }
}

/// <summary>What one reply cost. <see cref="InputTokens"/> is the whole prompt; what was read from and written to a cache is part of it.</summary>
public sealed record UsageReport(string Model, long InputTokens, long OutputTokens)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheReadTokens { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>US dollars; absent where the price is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostUsd { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

/// <summary>Something a person should know of the session: the host says it, in a sentence.</summary>
public sealed record Notice(string Text)
{
    /// <summary>What it is about, for programs: <c>sandbox_unsafe</c>.</summary>
    public required string Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

public sealed record BudgetWarning(string Message, string Stage)
{
    /// <summary>What runs out: one of <see cref="BudgetKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose budget it is: one of <see cref="BudgetScopes"/>.</summary>
    public string Scope { get; set; } = BudgetScopes.Stage;
    public required double Used { get; init; }
    public required double Limit { get; init; }
}

/// <summary>A stage is done and the next waits for a person: <c>POST …/auto</c> goes on.</summary>
public sealed record StagePaused(string Stage, string Message);

/// <summary>A conversation about a stage begins; the session's state stays as it is.</summary>
public sealed record ChatStarted(Guid RunId, string Stage, string Model);

/// <summary>A conversation has ended: <c>done</c>, <c>failed</c> or <c>cancelled</c>, and why.</summary>
public sealed record ChatEnded(Guid RunId, string Stage, string Status, string Reason);
