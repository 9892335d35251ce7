using System.Text.RegularExpressions;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>Texts without what two runs of the same script never have in common: how long it took, when, and where in memory.</summary>
internal static partial class PassingText
{
    private const string Day = "<day>";

    /// <summary>The text with durations, times of the run's own days and addresses replaced.</summary>
    public static string Normal(string text, IEnumerable<string> days)
    {
        foreach (var day in days)
            text = text.Replace(day, Day, StringComparison.Ordinal);
        text = Moment().Replace(text, "<time>");
        text = NamedDuration().Replace(text, match => $"{match.Groups["name"].Value}<duration>");
        text = Duration().Replace(text, "<duration>");
        return Address().Replace(text, "<address>");
    }

    /// <summary>The first line in which two texts differ, with both; null when they are the same.</summary>
    public static string? FirstDifference(string original, string replay)
    {
        var (ours, theirs) = (original.Split('\n'), replay.Split('\n'));
        for (var line = 0; line < Math.Max(ours.Length, theirs.Length); line++)
        {
            var one = line < ours.Length ? ours[line] : null;
            var other = line < theirs.Length ? theirs[line] : null;
            if (one != other)
                return $"line {line + 1}: {Show(other)}, where the original has {Show(one)}";
        }
        return null;
    }

    private static string Show(string? line) => line is null ? "no such line" : $"'{ShownText.Cut(line.Trim())}'";

    [GeneratedRegex(
        Day + @"[T _]?[0-9]{2}:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Moment();

    /// <summary>A number under a name that says it is one of seconds.</summary>
    [GeneratedRegex(
        @"(?<name>""(([a-z0-9_]*_)?(s|ms|secs?|seconds|duration|elapsed|runtime|fit_time|score_time))""\s*:\s*)"
            + @"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex NamedDuration();

    [GeneratedRegex(
        @"\b[0-9]+(\.[0-9]+)?\s?(ms|s|secs?|seconds?|mins?|minutes?)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Duration();

    [GeneratedRegex(
        @"\b0x[0-9a-fA-F]{6,16}\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Address();
}
