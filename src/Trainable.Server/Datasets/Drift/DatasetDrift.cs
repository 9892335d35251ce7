using System.Text.Json.Serialization;
using Trainable.Contracts;

namespace Trainable.Server.Datasets.Drift;

/// <summary>How the working rows of one version of a dataset differ from those of an earlier one.</summary>
internal sealed record DatasetDrift
{
    /// <summary>Number of the earlier version.</summary>
    public required int From { get; init; }
    public required long RowsBefore { get; init; }
    public required long RowsNow { get; init; }
    public required IReadOnlyList<string> Added { get; init; }
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Columns that both have, the most changed first.</summary>
    public required IReadOnlyList<ColumnDrift> Columns { get; init; }

    [JsonIgnore]
    public IEnumerable<ColumnDrift> Changed => Columns.Where(column => column.Psi >= DriftLevels.Much);
}

/// <param name="Column">Its name.</param>
/// <param name="Psi">Population stability index: the sum of (p − q) · ln(p / q) over bins; missing values are a bin.</param>
/// <param name="MissingBefore">Share of rows without a value.</param>
/// <param name="MissingNow">The same, of the newer version.</param>
internal sealed record ColumnDrift(string Column, double Psi, double MissingBefore, double MissingNow);
