namespace Trainable.Server.Agents.Recordings;

/// <summary>
/// The model that answers from a recording, as it is named: <c>replay/{id}</c>. A person names the session; what is stored
/// with a run names the recorded run that it runs again.
/// </summary>
internal static class RecordingName
{
    /// <summary>What its replies are counted under, whichever recording they come from.</summary>
    public const string Model = "replay";

    private const string Prefix = $"{Model}/";

    public static bool Is(string model) => model.StartsWith(Prefix, StringComparison.Ordinal);

    public static string Of(Guid id) => $"{Prefix}{id}";

    /// <summary>The id in a model's name; null when it names no recording.</summary>
    public static Guid? Parse(string? model) =>
        model is not null && Is(model) && Guid.TryParseExact(model.AsSpan(Prefix.Length), "D", out var id) ? id : null;
}
