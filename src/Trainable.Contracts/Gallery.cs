using System.Text.Json.Serialization;

namespace Trainable.Contracts;

// What a gallery of experiments shows besides the experiments themselves.

/// <summary>The newest run of a stage. <see cref="Status"/> is one of <see cref="RunStatuses"/>.</summary>
public sealed record StageSummary(string Stage, string Status, DateTime StartedAt, DateTime? EndedAt);

/// <summary>The heart of a <see cref="ScoreReport"/>.</summary>
public sealed record ScoreSummary
{
    public required string Metric { get; init; }
    public required double Value { get; init; }
    public required double Low { get; init; }
    public required double High { get; init; }
    public required double Baseline { get; init; }
    public required bool HigherIsBetter { get; init; }
}

/// <summary>Tokens that were used. <see cref="InputTokens"/> is the whole of the prompts, cached parts among them.</summary>
public sealed record UsageSummary
{
    public required long InputTokens { get; init; }
    public required long OutputTokens { get; init; }

    /// <summary>US dollars; absent where a model's prices are not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Cost { get; init; }
}

/// <summary>A metric in at most 24 points, in the order in which they were logged.</summary>
public sealed record Sparkline(string Metric, IReadOnlyList<double> Values);

/// <summary>How many experiments are in which state, by their newest sessions.</summary>
public sealed record ExperimentTotals
{
    public required int All { get; init; }

    /// <summary>A stage runs now.</summary>
    public required int Running { get; init; }

    /// <summary>Every stage is done.</summary>
    public required int Done { get; init; }

    /// <summary>EDA or Prep is done and nothing runs.</summary>
    public required int Partial { get; init; }
    public required int Created { get; init; }
    public required int Failed { get; init; }
    public required int Cancelled { get; init; }
    public required int Sessions { get; init; }
}

/// <summary>What is to be changed of an experiment; what is null stays.</summary>
public sealed record UpdateExperimentRequest
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string? Instructions { get; init; }
}

/// <summary><c>data</c> of the events that tell of the list itself.</summary>
public sealed record ListChanged(Guid ExperimentId)
{
    /// <summary>The session that came with it, or was added.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SessionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>Values of <c>type</c> in the stream of all sessions, besides <see cref="EventTypes.StateChange"/>.</summary>
public static class ListEventTypes
{
    public const string ExperimentCreated = "experiment_created";
    public const string ExperimentChanged = "experiment_changed";
    public const string ExperimentDeleted = "experiment_deleted";
    public const string SessionCreated = "session_created";
}
