using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>A dataset that comes with Trainable.</summary>
public sealed record SampleItem
{
    public required string Name { get; init; }
    public required string Target { get; init; }
    public required string ProblemType { get; init; }
    public required int Rows { get; init; }
    public required int Columns { get; init; }
    public required string About { get; init; }
}

/// <summary>Asks for an experiment on a sample.</summary>
public sealed record FromSampleRequest
{
    /// <summary>The sample's name.</summary>
    public required string Name { get; init; }
    public string? Instructions { get; init; }

    /// <summary>What is left out is as the sample has it: its target and its problem type.</summary>
    public ExperimentOptions? Options { get; init; }
}

/// <summary>What the beginning of a file shows of the table in it.</summary>
public sealed record DatasetPreview
{
    public required string Name { get; init; }

    /// <summary><c>csv</c> (any delimited text), <c>json</c>, <c>parquet</c> or <c>excel</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The sheet shown, of an Excel workbook.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sheet { get; init; }

    /// <summary>All its sheets, by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Sheets { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreviewDialect? Dialect { get; init; }

    /// <summary>Whether the whole file was read; otherwise everything below is of its beginning.</summary>
    public required bool Complete { get; init; }

    /// <summary>Rows of the whole file; null where only its beginning was read.</summary>
    public long? Rows { get; init; }

    /// <summary>Rows that were looked at.</summary>
    public required long RowsRead { get; init; }
    public required IReadOnlyList<PreviewColumn> Columns { get; init; }

    /// <summary>The first rows, of at most 200 columns, as text; cells are cut to 80 characters, null is a missing value.</summary>
    public required IReadOnlyList<IReadOnlyList<string?>> FirstRows { get; init; }

    /// <summary>What a person should know before the upload, in sentences.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>How delimited text is written. <see cref="Delimiter"/>: comma, semicolon, tab or pipe.</summary>
public sealed record PreviewDialect(string? Delimiter, string? Escape, string? Encoding, bool Gzip);

/// <summary>A column as far as it was read.</summary>
public sealed record PreviewColumn
{
    public required string Name { get; init; }

    /// <summary>integer, number, boolean, date, category, text or empty.</summary>
    public required string Type { get; init; }

    /// <summary>Rows without a value, of those read; null where no rows could be.</summary>
    public long? Missing { get; init; }

    /// <summary>Approximate (HyperLogLog).</summary>
    public long? Distinct { get; init; }
    public required IReadOnlyList<string> Examples { get; init; }
}

/// <summary>An experiment's dataset as a person may know it: the whole upload, and how it was divided.</summary>
public sealed record DatasetFacts
{
    /// <summary><c>table</c> (one table that the host reads and divides) or <c>files</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The upload as it came.</summary>
    public required IReadOnlyList<DatasetFile> Files { get; init; }

    /// <summary><c>csv</c>, <c>json</c>, <c>parquet</c>, <c>excel</c>, or <c>images</c> in folders; null for <c>files</c>.</summary>
    public string? Format { get; init; }
    public PreviewDialect? Dialect { get; init; }

    /// <summary>The sheet that the table is, of an Excel workbook.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sheet { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Sheets { get; init; }

    /// <summary>Name of the file with the working rows, in the dataset's folder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Table { get; init; }

    /// <summary>The files that lie beside it, as they came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Beside { get; init; }

    /// <summary>How the table was chosen among several files, in a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>The three are 0 for <c>files</c>.</summary>
    public required long RowsTotal { get; init; }
    public required long RowsWorking { get; init; }
    public required long RowsHeld { get; init; }

    /// <summary>Counted over the working rows; empty for <c>files</c>.</summary>
    public required IReadOnlyList<PreviewColumn> Columns { get; init; }
    public required HoldoutFacts Holdout { get; init; }
}

public sealed record DatasetFile(string Name, long Size, string Sha256);

/// <summary>Who holds which rows. <see cref="Reason"/> is a sentence.</summary>
public sealed record HoldoutFacts(
    string Mode,
    string? Strategy,
    string? Column,
    double Fraction,
    int Seed,
    string Reason
);
