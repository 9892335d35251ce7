using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

public sealed record QueryRequest
{
    public required string Sql { get; init; }

    /// <summary>Rows at most, up to 10,000.</summary>
    public int Limit { get; set; } = 100;

    /// <summary>Rows to skip first; the query is run anew for each page.</summary>
    public int Offset { get; set; }
}

/// <summary>The first rows of a query. The first four fields are the reference's.</summary>
public sealed record QueryResult
{
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>An array a row. Numbers a double cannot hold, and everything else that is neither number, boolean nor short list, are text.</summary>
    public required JsonElement Rows { get; init; }

    /// <summary>Rows in this answer.</summary>
    public required int RowCount { get; init; }
    public required IReadOnlyList<string> TablesAvailable { get; init; }

    /// <summary>DuckDB's types of the columns.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Whether the query has more rows than these.</summary>
    public required bool More { get; init; }

    /// <summary>Whether a cell was longer than is shown; it ends in an ellipsis.</summary>
    public required bool Cut { get; init; }
    public required double Seconds { get; init; }
}

/// <summary>Some rows of a split.</summary>
public sealed record SplitPreview
{
    public required string Split { get; init; }
    public required IReadOnlyList<string> Columns { get; init; }
    public required JsonElement Rows { get; init; }
    public required int RowCount { get; init; }
    public required IReadOnlyList<string> Types { get; init; }
}

/// <summary>A table that can be queried.</summary>
public sealed record TableItem
{
    public required string Name { get; init; }

    /// <summary>raw, working, split, union or file.</summary>
    public required string Kind { get; init; }

    /// <summary><c>csv</c> or <c>parquet</c>; null for a union.</summary>
    public string? Format { get; init; }

    /// <summary>Where the file API shows it; null where it does not.</summary>
    public string? Path { get; init; }
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>Null for a CSV file too large to be read through for it.</summary>
    public long? Rows { get; init; }

    /// <summary>Why it cannot be read, in a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>A column and its DuckDB type.</summary>
public sealed record TableColumn(string Name, string Type);

/// <summary>What some columns of a table hold.</summary>
public sealed record TableProfileResult
{
    public required IReadOnlyList<ColumnFacts> Columns { get; init; }

    /// <summary>Columns of the table.</summary>
    public required int Total { get; init; }

    /// <summary>Rows that were looked at: the first million at most.</summary>
    public required long Rows { get; init; }

    /// <summary>Whether those are all.</summary>
    public required bool Complete { get; init; }
}

public sealed record ColumnFacts
{
    public required string Name { get; init; }

    /// <summary>DuckDB's.</summary>
    public required string Type { get; init; }

    /// <summary>NULL, NaN and infinities.</summary>
    public required long Missing { get; init; }

    /// <summary>Approximate (HyperLogLog).</summary>
    public required long Distinct { get; init; }

    /// <summary>A number, or a time as text.</summary>
    public JsonElement? Min { get; init; }
    public JsonElement? Max { get; init; }
    public double? Mean { get; init; }
    public double? StandardDeviation { get; init; }
    public double? Median { get; init; }

    /// <summary>Numbers and times with at least two values.</summary>
    public ColumnHistogram? Histogram { get; init; }

    /// <summary>The most frequent values, at most ten; absent for numbers and times with many.</summary>
    public IReadOnlyList<ValueCount>? Top { get; init; }
}

/// <summary>Counts in equal bins from <see cref="Low"/> to <see cref="High"/>, both included.</summary>
public sealed record ColumnHistogram(JsonElement Low, JsonElement High, IReadOnlyList<long> Counts);

public sealed record ValueCount(string Value, long Count);
