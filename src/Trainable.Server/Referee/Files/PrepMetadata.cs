using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Referee.Files;

/// <summary>What an agent's <c>metadata.json</c> says. It is a claim; what matters in it is checked.</summary>
internal sealed record PrepMetadata(string? Target, string? ProblemType, JsonElement Root)
{
    public const int MaxBytes = 16 << 20;

    private static readonly string[] Expected =
    [
        "target_column",
        "problem_type",
        "features",
        "categorical_features",
        "numeric_features",
        "n_classes",
        "class_distribution",
        "splits",
        "transforms",
        "random_seed",
        "original_shape",
        "duplicates_removed",
        "outliers_removed",
    ];

    /// <summary>Keys of the contract that it lacks.</summary>
    public IReadOnlyList<string> Missing => [.. Expected.Where(key => !Root.TryGetProperty(key, out _))];

    public bool HasKnownProblem =>
        ProblemType is ProblemTypes.Binary or ProblemTypes.Multiclass or ProblemTypes.Regression;

    /// <summary>Reads it; null when it is missing or no JSON object.</summary>
    public static PrepMetadata? Read(string stageDirectory) =>
        ReadJson(stageDirectory, "data/metadata.json") is { } root
            ? new PrepMetadata(Text(root, "target_column"), Text(root, "problem_type"), root)
            : null;

    /// <summary>A JSON object from below a stage's directory; null when there is none.</summary>
    public static JsonElement? ReadJson(string stageDirectory, string path)
    {
        using var root = BeneathRoot.TryOpen(stageDirectory);
        if (root?.OpenFile(path) is not { Handle: not null } opened)
            return null;
        using var file = new FileStream(opened.Handle, FileAccess.Read);
        if (file.Length > MaxBytes)
            return null;
        try
        {
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null; // The checks say that it is missing or invalid.
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
