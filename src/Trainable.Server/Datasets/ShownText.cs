using System.Globalization;
using System.Text;

namespace Trainable.Server.Datasets;

/// <summary>Values of a table as they may stand in a sentence, a prompt or a page: short, and on one line.</summary>
internal static class ShownText
{
    public const int LongestCell = 80;

    /// <summary>Cut to 80 characters, never inside a character, with control characters escaped.</summary>
    public static string Cut(string text, int length = LongestCell)
    {
        var shown = new StringBuilder(Math.Min(text.Length, length) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= length)
                return shown.Append('…').ToString();
            Append(shown, rune);
        }
        return shown.ToString();
    }

    private static void Append(StringBuilder shown, Rune rune)
    {
        _ = rune.Value switch
        {
            '\n' => shown.Append("\\n"),
            '\r' => shown.Append("\\r"),
            '\t' => shown.Append("\\t"),
            _ when IsInvisible(rune) => shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
            _ => shown.Append(rune.ToString()),
        };
    }

    /// <summary>Controls, and marks that turn the direction of what follows.</summary>
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse;
}
