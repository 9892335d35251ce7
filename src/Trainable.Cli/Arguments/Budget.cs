using System.Globalization;
using System.Text.RegularExpressions;

namespace Trainable.Cli.Arguments;

/// <summary>A span of time as people write it: <c>90s</c>, <c>10m</c>, <c>1.5h</c>, <c>1h30m</c>.</summary>
internal static partial class Budget
{
    public const string Form = "a time with its unit, such as 90s, 10m or 1h30m";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Units from long to short, each at most once; a bare number is refused, since it could mean anything.</summary>
    public static bool TryParse(string text, out TimeSpan budget)
    {
        budget = default;
        var match = Parts().Match(text.Trim());
        if (!match.Success || match.Length == 0)
            return false;
        var seconds = Value(match, "h") * 3600 + Value(match, "m") * 60 + Value(match, "s");
        if (seconds <= 0 || seconds > Longest.TotalSeconds)
            return false;
        budget = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static double Value(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group ? double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^((?<h>\d{1,6}(\.\d{1,6})?)h)?((?<m>\d{1,6}(\.\d{1,6})?)m)?((?<s>\d{1,6}(\.\d{1,6})?)s)?$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Parts();
}
