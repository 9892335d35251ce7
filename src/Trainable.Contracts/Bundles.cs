namespace Trainable.Contracts;

/// <summary><c>bundle.json</c>: what a bundle holds, and what is needed to check it.</summary>
public sealed record BundleManifest
{
    /// <summary>Of this format.</summary>
    public int Version { get; set; } = 1;
    public required Guid SessionId { get; init; }
    public required Guid ExperimentId { get; init; }
    public required string Name { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>Who wrote the scripts: the model of the Train run.</summary>
    public required string Model { get; init; }
    public required string Target { get; init; }

    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    public required string ProblemType { get; init; }
    public string? PositiveClass { get; init; }

    /// <summary>What was settled when the experiment was made, the seed among it.</summary>
    public required ExperimentOptions Options { get; init; }
    public required BundleData Data { get; init; }

    /// <summary>The packages of the sandbox by name, as they were installed when the bundle was made.</summary>
    public required IReadOnlyDictionary<string, string> Packages { get; init; }
    public required string Python { get; init; }

    /// <summary>The scripts that made the model, in the order in which they ran.</summary>
    public required IReadOnlyList<BundleScript> Scripts { get; init; }

    /// <summary>How the model can be made again: <c>plan</c>, <c>scripts</c> or <c>none</c>.</summary>
    public required string Verify { get; init; }

    /// <summary>Every other file of the bundle, with its SHA-256.</summary>
    public required IReadOnlyList<BundleFile> Files { get; init; }
}

/// <summary>The dataset that a bundle is about.</summary>
public sealed record BundleData
{
    /// <summary>The upload as it came.</summary>
    public required IReadOnlyList<DatasetFile> Uploaded { get; init; }

    /// <summary>The working rows' file: its name, its bytes, its hash.</summary>
    public required DatasetFile Working { get; init; }

    /// <summary>Whether the bundle holds the rows.</summary>
    public required bool Included { get; init; }
    public required long RowsTotal { get; init; }
    public required long RowsWorking { get; init; }
    public required long RowsHeld { get; init; }
    public required HoldoutFacts Holdout { get; init; }
}

public sealed record BundleFile(string Path, long Size, string Sha256);

/// <summary>A script as it ran. <see cref="Outcome"/>: as in <see cref="ToolEnded"/>; null when it is not known.</summary>
public sealed record BundleScript(string Stage, string Path, string? Outcome);

/// <summary>What came of checking a bundle.</summary>
public sealed record BundleVerdict
{
    /// <summary>True only when the hashes fit and the model that was made again answers as the recorded one, to 1e-6.</summary>
    public required bool Verified { get; init; }

    /// <summary>One sentence: what it comes to.</summary>
    public required string Sentence { get; init; }

    /// <summary>What was checked, in order.</summary>
    public required IReadOnlyList<BundleCheck> Checks { get; init; }

    /// <summary>The greatest difference of a probability, or of a number in standard deviations of the target; null when nothing was compared.</summary>
    public double? MaxDifference { get; init; }
}

/// <summary><see cref="Result"/>: <c>passed</c>, <c>failed</c> or <c>skipped</c>.</summary>
public sealed record BundleCheck(string Name, string Result, string Sentence);
