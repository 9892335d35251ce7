using System.Text.RegularExpressions;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>Kinds of problem autopilot does not do; it says so instead of doing something else.</summary>
internal static partial class Unsupported
{
    private const RegexOptions Plain =
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly (Regex Pattern, string Kind)[] Kinds =
    [
        (Forecasting(), "forecasting"),
        (Ranking(), "ranking"),
        (Clustering(), "clustering"),
        (MultiLabel(), "multi-label classification"),
    ];

    /// <summary>A refusal when the instructions plainly ask for such a thing; null otherwise.</summary>
    public static string? Ask(string instructions)
    {
        foreach (var (pattern, kind) in Kinds)
        {
            if (pattern.IsMatch(instructions))
            {
                return $"Your instructions ask for {kind}, which autopilot does not do: it trains classifiers (binary and "
                    + "multi-class) and regressors on one table. Choose another model for this, or change the instructions.";
            }
        }
        return null;
    }

    [GeneratedRegex(@"\b(forecast\w*|time[- ]series prediction)\b", Plain, 500)]
    private static partial Regex Forecasting();

    [GeneratedRegex(@"\b(learning[- ]to[- ]rank|rank the (items|results|documents))\b", Plain, 500)]
    private static partial Regex Ranking();

    [GeneratedRegex(@"\b(clustering|cluster (the|these|my)|k-means)\b", Plain, 500)]
    private static partial Regex Clustering();

    [GeneratedRegex(@"\bmulti-?label\b", Plain, 500)]
    private static partial Regex MultiLabel();
}
