using System.Text;
using System.Text.RegularExpressions;

namespace Trainable.Server.Agents.Tools;

/// <summary>Names a step's script as the reference does: <c>step_NN_{slug}.py</c>.</summary>
internal static partial class ScriptName
{
    private const int MaxSlug = 40;

    public static string For(int number, string code) => $"step_{number:00}_{Slug(code)}.py";

    /// <summary>The first comment over 3 characters, else the def or class name, else the last imported word, else <c>code</c>.</summary>
    public static string Slug(string code)
    {
        var words =
            Comment(code)
            ?? Capture(Definition(), code).FirstOrDefault()
            ?? Capture(Import(), code)
                .LastOrDefault()
                ?.Split(['.', ',', ' '], StringSplitOptions.RemoveEmptyEntries)
                .LastOrDefault();
        var slug = new StringBuilder(MaxSlug);
        foreach (var character in (words ?? "").ToLowerInvariant())
        {
            if (slug.Length == MaxSlug)
                break;
            if (char.IsAsciiLetterOrDigit(character))
                slug.Append(character);
            else if (slug.Length > 0 && slug[^1] != '_')
                slug.Append('_');
        }
        var text = slug.ToString().Trim('_');
        return text.Length > 0 ? text : "code";
    }

    private static string? Comment(string code)
    {
        foreach (var line in code.Split('\n', 200))
        {
            var text = line.TrimStart();
            if (text.StartsWith('#') && text.TrimStart('#', ' ', '!').TrimEnd() is { Length: > 3 } comment)
                return comment;
        }
        return null;
    }

    private static IEnumerable<string> Capture(Regex pattern, string code) =>
        pattern.Matches(code).Select(match => match.Groups["name"].Value.Trim());

    [GeneratedRegex(@"^\s*(?:def|class)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Definition();

    [GeneratedRegex(
        @"^\s*(?:import|from)\s+(?<name>[\w., ]+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant,
        1_000
    )]
    private static partial Regex Import();
}
