using System.Globalization;
using System.Text.RegularExpressions;

namespace Trainable.Cli.Arguments;

/// <summary>A number of tokens as people write it: <c>200000</c>, <c>200k</c>, <c>1.5M</c>.</summary>
internal static partial class TokenCount
{
    public const string Form = "a number of tokens, such as 200k or 1.5M";

    public static bool TryParse(string text, out long tokens)
    {
        tokens = 0;
        var match = Parts().Match(text.Trim());
        if (!match.Success)
            return false;
        var unit = match.Groups["unit"].Value.ToUpperInvariant() switch
        {
            "K" => 1_000m,
            "M" => 1_000_000m,
            _ => 1m,
        };
        var count = decimal.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * unit;
        tokens = (long)count;
        return tokens > 0;
    }

    [GeneratedRegex(
        @"^(?<number>\d{1,12}(\.\d{1,6})?)(?<unit>[kKmM])?$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Parts();
}
