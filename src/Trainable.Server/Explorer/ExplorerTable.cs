using System.Text.Json.Nodes;

namespace Trainable.Server.Explorer;

/// <summary>Files that are asked about as one table.</summary>
internal sealed record ExplorerTable
{
    /// <summary>Letters, digits and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>One of <see cref="TableKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>csv</c> or <c>parquet</c>; null for a union.</summary>
    public string? Format { get; init; }

    /// <summary>As the sandbox sees them; several have the same columns.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Names of the tables it is made of, with a column <c>split</c> that tells them apart.</summary>
    public IReadOnlyList<string> Union { get; init; } = [];

    /// <summary>Where the API shows the file; null where it does not.</summary>
    public string? Path { get; init; }

    /// <summary>What changes whenever the files do.</summary>
    public string Version { get; init; } = "";

    /// <param name="toPath">Where a path of the sandbox lies for the program that reads it.</param>
    public JsonObject ToJson(Func<string, string> toPath) =>
        new()
        {
            ["name"] = Name,
            ["format"] = Format ?? "",
            ["files"] = new JsonArray([.. Files.Select(file => JsonValue.Create(toPath(file)))]),
            ["union"] = new JsonArray([.. Union.Select(part => JsonValue.Create(part))]),
        };
}

internal static class TableKinds
{
    /// <summary>The whole upload, held rows and all.</summary>
    public const string Raw = "raw";

    /// <summary>The rows agents work on.</summary>
    public const string Working = "working";

    /// <summary>train, val, or the test set once it has been opened.</summary>
    public const string Split = "split";

    /// <summary>All splits together.</summary>
    public const string Union = "union";

    /// <summary>A file that a stage wrote, or one of an upload of several.</summary>
    public const string File = "file";
}
