using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Files;

/// <summary>
/// Class labels as they are compared: by their plainest text (<see cref="LabelText"/>) without the blanks around it, and in
/// the words of the raw target where that holds truth values, which a table may write as <c>True</c> or as <c>1</c>.
/// </summary>
internal sealed class TargetLabels
{
    /// <summary>What people write where a value is missing, beyond what pandas takes for it (lower case).</summary>
    private static readonly HashSet<string> Gaps = new(StringComparer.Ordinal) { "", "?", "-", "--", "na", "nil" };

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    /// <param name="raw">The raw target's values.</param>
    public TargetLabels(IEnumerable<string> raw)
    {
        var labels = raw.Select(Plain).ToHashSet(StringComparer.Ordinal);
        if (labels.IsSubsetOf(["True", "False"]))
            _words = new(StringComparer.Ordinal) { ["1"] = "True", ["0"] = "False" };
        else if (labels.IsSubsetOf(["1", "0"]))
            _words = new(StringComparer.Ordinal) { ["True"] = "1", ["False"] = "0" };
    }

    public string Of(string text) => _words.GetValueOrDefault(Plain(text), Plain(text));

    /// <summary>Whether a raw label only says that there is none. To be asked about labels that train does not have.</summary>
    public static bool IsGap(string text) => Gaps.Contains(text.Trim().ToLowerInvariant());

    private static string Plain(string text) => LabelText.Normalize(text.Trim());
}
