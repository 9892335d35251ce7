namespace Trainable.Server.Datasets.Profiles;

/// <summary>What an agent may be shown of a dataset before it runs any code: working rows only.</summary>
internal sealed record DatasetProfile
{
    /// <summary>One of <see cref="DatasetKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many more rows the host holds; the agent is told that they exist and nothing else of them.</summary>
    public long RowsHeld { get; init; }

    /// <summary>Relative to <c>/data/datasets/{experiment}</c>.</summary>
    public required IReadOnlyList<ProfiledFile> Files { get; init; }
    public required IReadOnlyList<TableProfile> Tables { get; init; }

    /// <summary>The folder of the images that the rows of the one table were made of; null for any other table.</summary>
    public string? ImageFolder { get; init; }
}

internal sealed record ProfiledFile(string Name, long Size);

internal sealed record TableProfile
{
    public required string File { get; init; }
    public required long Rows { get; init; }
    public required IReadOnlyList<ColumnProfile> Columns { get; init; }

    /// <summary>The first rows, cells cut to 80 characters; empty for very wide tables.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> FirstRows { get; init; } = [];
}

internal sealed record ColumnProfile
{
    public required string Name { get; init; }

    /// <summary>One of <see cref="ColumnTypes"/>.</summary>
    public required string Type { get; init; }
    public required long Missing { get; init; }

    /// <summary>Approximate (HyperLogLog).</summary>
    public required long Distinct { get; init; }

    /// <summary>Numbers only; infinities are left out.</summary>
    public double? Min { get; init; }
    public double? Max { get; init; }
    public double? Mean { get; init; }
    public double? StandardDeviation { get; init; }

    /// <summary>Values of a numeric column that are no numbers, such as a blank.</summary>
    public long NotNumeric { get; init; }

    /// <summary>Dates only, ISO 8601.</summary>
    public string? Earliest { get; init; }
    public string? Latest { get; init; }

    /// <summary>How the dates are written: <c>iso</c> or a strptime format.</summary>
    public string? DateFormat { get; init; }

    /// <summary>The most frequent values, most frequent first, at most five; for columns with few.</summary>
    public IReadOnlyList<Level> Levels { get; init; } = [];

    /// <summary>At most three values, cut to 80 characters.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    [System.Text.Json.Serialization.JsonIgnore]
    public ColumnSummary Summary => new(Name, Type, Missing, Distinct, Examples);
}

/// <summary>A value and how many rows have it.</summary>
/// <param name="Value">Cut to 80 characters.</param>
/// <param name="Count">Of working rows.</param>
internal sealed record Level(string Value, long Count);
