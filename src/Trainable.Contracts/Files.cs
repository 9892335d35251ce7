namespace Trainable.Contracts;

public sealed record FileEntry(string Path, string Type);

public sealed record FileListing(string Path, IReadOnlyList<FileEntry> Entries);

public sealed record FileContent(string Path, string Content);

/// <summary>A file or directory; <see cref="Children"/> is null for a file.</summary>
public sealed record FileNode(
    string Name,
    string Path,
    string Type,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
        IReadOnlyList<FileNode>? Children = null
);
