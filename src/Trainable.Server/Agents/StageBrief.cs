using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Server.Agents;

/// <summary>
/// The facts of a stage that a model needs exactly. They stand as one JSON block in the stage's first message, where an LLM
/// reads them beside the prose and autopilot reads them alone.
/// </summary>
internal sealed record StageBrief
{
    private const string Opening = "```json brief\n";
    private const string Closing = "\n```";

    public required string Stage { get; init; }

    /// <summary>The working rows as the sandbox sees them.</summary>
    public required IReadOnlyList<string> Dataset { get; init; }
    public required string Directory { get; init; }
    public string? Target { get; init; }
    public string? ProblemType { get; init; }
    public string? Metric { get; init; }
    public string? PositiveClass { get; init; }
    public IReadOnlyList<string> DropColumns { get; set; } = [];
    public string? GroupColumn { get; init; }
    public string? TimeColumn { get; init; }
    public required string Holdout { get; init; }

    /// <summary>Which rows are held and why these, in a sentence.</summary>
    public string? HoldoutReason { get; init; }
    public required int Seed { get; init; }
    public required long Rows { get; init; }
    public required int Columns { get; init; }

    /// <summary>Wall-clock seconds after which one script is ended.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Wall-clock seconds for the stage; null when the person set none.</summary>
    public double? BudgetSeconds { get; init; }
    public string Instructions { get; set; } = "";

    public string ToBlock() => Opening + JsonSerializer.Serialize(this, BriefJson.Default.StageBrief) + Closing;

    /// <summary>Finds the block in a message; null when it holds none.</summary>
    public static StageBrief? FromText(string text)
    {
        var start = text.LastIndexOf(Opening, StringComparison.Ordinal); // Whatever stands before it is data.
        if (start < 0)
            return null;
        start += Opening.Length;
        var end = text.IndexOf(Closing, start, StringComparison.Ordinal);
        return end < 0 ? null : JsonSerializer.Deserialize(text[start..end], BriefJson.Default.StageBrief);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StageBrief))]
internal sealed partial class BriefJson : JsonSerializerContext;
