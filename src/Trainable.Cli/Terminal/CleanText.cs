using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Trainable.Cli.Terminal;

/// <summary>
/// Text from agents, scripts and files, made harmless for a terminal: no escape sequences, no control characters, nothing that
/// reorders or hides what stands beside it.
/// </summary>
internal static partial class CleanText
{
    /// <summary>Keeps line breaks (as <c>\n</c>) and turns tabs into spaces; all other control characters go.</summary>
    public static string Block(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in Sequences().Replace(text.ReplaceLineEndings("\n"), "").EnumerateRunes())
        {
            if (rune.Value == '\n')
                clean.Append('\n');
            else if (rune.Value == '\t')
                clean.Append("    ");
            else if (!IsHarmful(rune))
                clean.Append(rune);
        }
        return clean.ToString();
    }

    /// <summary>The same on one line, runs of white space as one space.</summary>
    public static string Line(string text) =>
        string.Join(' ', Block(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The last line with anything on it, such as a traceback's error.</summary>
    public static string LastLine(string text) =>
        Block(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()
        ?? "";

    private static bool IsHarmful(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;

    /// <summary>Whole escape sequences (CSI; OSC, DCS, SOS, PM and APC strings; two-character ones), in 7 and 8 bits.</summary>
    [GeneratedRegex(
        @"(\e\[|\x9B)[0-?]*[ -/]*[@-~]|(\e[\]PX^_]|[\x9D\x90\x98\x9E\x9F])[^\a\e\x9C]*(\a|\e\\|\x9C)|\e[ -/]*[0-~]",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Sequences();
}
