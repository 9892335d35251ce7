using System.Text.Json;

namespace Trainable.Contracts;

// The `data` of each event type, as in the reference; what we add is optional.

public sealed record StateChanged(string State)
{
    public string? Stage { get; init; }
    public string? Reason { get; init; }
}

public sealed record AgentMessage(string Text)
{
    /// <summary>Joins the deltas that streamed this text.</summary>
    public string? MessageId { get; init; }
    public string? Stage { get; init; }
}

/// <summary>Text of a message as it streams. <see cref="Offset"/> counts UTF-16 code units before <see cref="Text"/>.</summary>
public sealed record AgentMessageDelta(string MessageId, int Offset, string Text);

public sealed record UserMessage(string Content);

public sealed record ToolStarted(string Tool, JsonElement Input)
{
    public string? CallId { get; init; }
    public string? Stage { get; init; }

    /// <summary>The script an <c>execute_code</c> call was saved as.</summary>
    public string? Script { get; init; }
}

public sealed record ToolEnded(string Tool, string Output)
{
    public string? CallId { get; init; }
    public string? Stage { get; init; }

    /// <summary>ok, error, timeout, cancelled, out_of_memory, output_limit, lost; execute_code only.</summary>
    public string? Outcome { get; init; }
    public int? ExitCode { get; init; }
    public double? WallSeconds { get; init; }
    public double? CpuSeconds { get; init; }
    public long? PeakMemoryBytes { get; init; }

    /// <summary>Where the whole output lies when <see cref="Output"/> shows only its head and tail.</summary>
    public string? OutputPath { get; init; }
}

public sealed record CodeOutput(string Stream, string Text)
{
    public string? CallId { get; init; }
}

public sealed record FileCreated(string Path, string Name, string Type, string Stage)
{
    public long? Size { get; init; }
}

public sealed record ReportReady(string Content, string Stage);

public sealed record FilesReady(IReadOnlyList<FileEntry> Files, string Stage, string Workspace);

public sealed record MetricPoint(long Step, string Name, double? Value, string Stage, string? RunTag);

public sealed record MetricsBatch(IReadOnlyList<MetricPoint> Items)
{
    /// <summary>Said once when a value could not be kept as it was (NaN, infinity).</summary>
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
    public CheckReport? Report { get; init; }

    /// <summary>What the host measured on the held rows; after Train.</summary>
    public ScoreReport? Score { get; init; }
}

public sealed record MetadataReady(Guid SessionId);

public sealed record AgentFailed(string Error)
{
    public string? Stage { get; init; }
}

public sealed record AgentAborted(string Reason, string Stage);

public sealed record UsageReport(string Model, long InputTokens, long OutputTokens)
{
    public string? Stage { get; init; }
}

public sealed record BudgetWarning(string Message, string Stage)
{
    /// <summary>What runs out: wall_clock, turns, tokens or cost.</summary>
    public required string Kind { get; init; }
    public required double Used { get; init; }
    public required double Limit { get; init; }
}
