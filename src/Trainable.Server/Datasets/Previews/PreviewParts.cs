namespace Trainable.Server.Datasets.Previews;

/// <summary>What was sent of a file to be looked at.</summary>
internal sealed record PreviewParts
{
    public required string Name { get; init; }

    /// <summary>Its first bytes.</summary>
    public required byte[] Head { get; init; }

    /// <summary>Its last bytes; for Parquet, whose description stands at the end. Empty where they were not sent.</summary>
    public byte[] Tail { get; init; } = [];

    /// <summary>Bytes of the whole file.</summary>
    public required long Size { get; init; }

    /// <summary>The sheet wanted of a workbook; null for the one that an upload would take.</summary>
    public string? Sheet { get; init; }

    public bool Complete => Head.Length >= Size;
}
