using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>A session that runs another's recorded replies again has begun.</summary>
public sealed record ReplayStarted(Guid SessionId, string Status, string State);

/// <summary>What became of a session that ran another's recorded replies again: the data of <c>replay</c>.</summary>
public sealed record ReplayResult
{
    /// <summary>The session whose replies ran again.</summary>
    public required Guid Original { get; init; }

    /// <summary>One of <see cref="ReplayVerdicts"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>For a person: what is the same and in which way, or what differs first.</summary>
    public required string Message { get; init; }

    /// <summary>How many artefacts are alike, by <see cref="Equalities"/>.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>The first artefact, in the order in which the original made them, that is not the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ComparedArtifact? First { get; init; }

    /// <summary>Every artefact, in the order in which the original made them.</summary>
    public required IReadOnlyList<ComparedArtifact> Artifacts { get; init; }

    /// <summary>Where what happened was not what the recording says.</summary>
    public IReadOnlyList<ReplayDivergence> Divergences { get; set; } = [];

    /// <summary>Replies that ran again.</summary>
    public required int Replies { get; init; }

    /// <summary>Tokens that the replay used.</summary>
    public required long Tokens { get; init; }

    /// <summary>US dollars that the replay cost.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>What the same replies cost when they were made; absent where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? OriginalCostUsd { get; init; }

    /// <summary>What the host measured of both models; absent where it measured none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ComparedScore? Score { get; init; }
}

/// <summary>The main metric of both models on the held rows.</summary>
public sealed record ComparedScore(string Metric, double Original, double Replay);

/// <summary>A file of both sessions.</summary>
/// <param name="Path">Relative to the session, such as <c>eda/report.md</c>.</param>
/// <param name="Equality">One of <see cref="Equalities"/>.</param>
public sealed record ComparedArtifact(string Path, string Equality)
{
    /// <summary>Where it differs, or what the equality rests on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>SHA-256 in hexadecimal; absent where there is no such file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OriginalSha256 { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplaySha256 { get; init; }
}

/// <summary>A place at which the replay left the recording.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Message">For a person.</param>
public sealed record ReplayDivergence(string Stage, string Message)
{
    /// <summary>The reply, counted from 1 within its run; absent where it is about a run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Turn { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tool { get; init; }
}

/// <summary>Values of <see cref="ReplayResult.Verdict"/>.</summary>
public static class ReplayVerdicts
{
    /// <summary>Every artefact is the same, in one way or another.</summary>
    public const string Same = "same";

    /// <summary>At least one is not, or is there on one side only.</summary>
    public const string Differs = "differs";
}

/// <summary>In which way two artefacts are the same, the strictest first, or how they are not.</summary>
public static class Equalities
{
    /// <summary>Byte for byte.</summary>
    public const string Identical = "identical";

    /// <summary>Byte for byte, once each session's own id is left out.</summary>
    public const string SessionId = "session_id";

    /// <summary>The same text but for times, dates, durations and memory addresses.</summary>
    public const string Times = "times";

    /// <summary>Other bytes, the same values in every cell.</summary>
    public const string Values = "values";

    /// <summary>Other bytes, the same answers on the held rows.</summary>
    public const string Behaviour = "behaviour";
    public const string Differs = "differs";

    /// <summary>The original has it, the replay does not.</summary>
    public const string Missing = "missing";

    /// <summary>The replay has it, the original does not.</summary>
    public const string Extra = "extra";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Identical,
        SessionId,
        Times,
        Values,
        Behaviour,
        Differs,
        Missing,
        Extra,
    ];

    public static bool IsSame(string equality) => equality is not (Differs or Missing or Extra);
}
