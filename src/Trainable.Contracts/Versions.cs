using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>One version of an experiment's dataset. Old ones stay, with the sessions that ran on them.</summary>
public sealed record DatasetVersionItem
{
    /// <summary>1 and up.</summary>
    public required int Number { get; init; }

    /// <summary>What sessions on it have as <c>dataset_id</c>; the first version's is the experiment's own.</summary>
    public required Guid DatasetId { get; init; }
    public required string DatasetRef { get; init; }

    /// <summary>Of the upload, the held ones among them; null for several files.</summary>
    public long? Rows { get; init; }
    public int? Columns { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>How its working rows differ from those of the version before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DriftReport? Drift { get; init; }
}

/// <summary>A new version, and a session on it that is ready to run.</summary>
public sealed record DatasetVersionCreated
{
    public required DatasetVersionItem Version { get; init; }
    public required Guid SessionId { get; init; }

    /// <summary>How the table was chosen among several files, in a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

public sealed record DriftReport
{
    /// <summary>Number of the earlier version.</summary>
    public required int From { get; init; }
    public required long RowsBefore { get; init; }
    public required long RowsNow { get; init; }
    public required IReadOnlyList<string> Added { get; init; }
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Columns that both have, the most changed first.</summary>
    public required IReadOnlyList<DriftColumn> Columns { get; init; }
}

/// <summary>What a population stability index means, by the usual rule of thumb.</summary>
public static class DriftLevels
{
    /// <summary>Below this a column has hardly changed.</summary>
    public const double Some = 0.1;

    /// <summary>From this on it has changed much.</summary>
    public const double Much = 0.25;
}

/// <param name="Name">The column.</param>
/// <param name="Psi">Population stability index: below 0.1 nothing to speak of, from 0.25 on much.</param>
/// <param name="MissingBefore">Share of rows without a value.</param>
/// <param name="MissingNow">The same, in the newer version.</param>
public sealed record DriftColumn(string Name, double Psi, double MissingBefore, double MissingNow);
