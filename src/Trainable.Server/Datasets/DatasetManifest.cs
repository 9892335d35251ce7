using System.Text.Json.Serialization;

namespace Trainable.Server.Datasets;

/// <summary>What an upload turned out to be; <c>held/{experiment}/manifest.json</c>.</summary>
internal sealed record DatasetManifest
{
    public int Version { get; init; } = 1;
    public required Guid ExperimentId { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>One of <see cref="DatasetKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The upload as it came, in order.</summary>
    public required IReadOnlyList<UploadedFile> Files { get; init; }

    /// <summary>How many of the first files the table was put together from; 0 for <see cref="DatasetKinds.Files"/>.</summary>
    public int Parts { get; init; }

    /// <summary>Files that lie beside the table in <c>workspace/datasets/{id}</c>, as they came.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>How the table was chosen among several files, or what it was made of, in sentences.</summary>
    public string? Note { get; init; }

    /// <summary>What is to be learnt, where the upload itself says so: an image folder's label, and what problem it is.</summary>
    public string? Target { get; init; }
    public string? ProblemType { get; init; }

    /// <summary>Null for <see cref="DatasetKinds.Files"/>.</summary>
    public TableSource? Source { get; init; }

    /// <summary>Name of the working file in <c>workspace/datasets/{id}</c>; null for <see cref="DatasetKinds.Files"/>.</summary>
    public string? WorkingFile { get; init; }

    /// <summary>Name of the held rows' file in <c>held/{id}</c>; null when the host holds none.</summary>
    public string? HeldFile { get; init; }
    public long RowsTotal { get; init; }
    public long RowsWorking { get; init; }
    public long RowsHeld { get; init; }

    /// <summary>Counted over the working rows.</summary>
    public IReadOnlyList<ColumnSummary> Columns { get; init; } = [];
    public required HoldoutSummary Holdout { get; init; }
}

internal static class DatasetKinds
{
    /// <summary>One table, which the host reads and splits.</summary>
    public const string Table = "table";

    /// <summary>Anything else: given to the agent as it came.</summary>
    public const string Files = "files";
}

internal sealed record UploadedFile(string Name, long Size, string Sha256)
{
    /// <summary>Whether a person who says so means this file: by its name with its folders or without.</summary>
    public bool IsCalled(string? said) => Name == said || Path.GetFileName(Name) == said;
}

/// <summary>How the uploaded table was written, before the host wrote it again as plain CSV or Parquet.</summary>
internal sealed record TableSource
{
    /// <summary><c>csv</c> (any delimited text), <c>parquet</c>, <c>json</c>, <c>excel</c> or <c>images</c>.</summary>
    public required string Format { get; init; }

    /// <summary>An image folder's, of which each image is a row.</summary>
    public const string ImagesFormat = "images";

    /// <summary>The sheet that the table is, of a workbook's.</summary>
    public string? Sheet { get; init; }

    /// <summary>Names of the workbook's sheets.</summary>
    public IReadOnlyList<string>? Sheets { get; init; }
    public string? Encoding { get; init; }
    public string? Delimiter { get; init; }
    public string? Escape { get; init; }
    public bool Gzip { get; init; }
}

/// <param name="Name">As the header has it, trimmed.</param>
/// <param name="Type">One of <see cref="Profiles.ColumnTypes"/>.</param>
/// <param name="Missing">Rows without a value; see <see cref="MissingValues"/>.</param>
/// <param name="Distinct">Approximate (HyperLogLog).</param>
/// <param name="Examples">At most three values, cut to 80 characters.</param>
internal sealed record ColumnSummary(
    string Name,
    string Type,
    long Missing,
    long Distinct,
    IReadOnlyList<string> Examples
);

internal sealed record HoldoutSummary
{
    /// <summary>One of <see cref="Contracts.HoldoutModes"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>One of <see cref="Holdout.HoldoutStrategies"/>; null when the host drew nothing.</summary>
    public string? Strategy { get; init; }

    /// <summary>The column that decided the draw: target, group or time.</summary>
    public string? Column { get; init; }

    /// <summary>Held rows over all rows.</summary>
    public double Fraction { get; init; }
    public int Seed { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Reason { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DatasetManifest))]
[JsonSerializable(typeof(Profiles.DatasetProfile))]
[JsonSerializable(typeof(Drift.DatasetDrift))]
internal sealed partial class DatasetJson : JsonSerializerContext;
