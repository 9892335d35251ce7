namespace Trainable.Server.Agents.Models;

/// <summary>A provider says that what it was sent does not fit into the model's context. The sentence may be shown.</summary>
internal sealed class ContextTooLongException(string sentence) : Exception(sentence)
{
    private static readonly string[] Signs =
    [
        "prompt is too long",
        "context length",
        "context_length",
        "context window",
        "maximum context",
        "too many tokens",
        "exceed context",
    ];

    /// <summary>True when a provider's reason says so; each has its own words for it.</summary>
    public static bool Says(string reason) =>
        Signs.Any(sign => reason.Contains(sign, StringComparison.OrdinalIgnoreCase));
}
