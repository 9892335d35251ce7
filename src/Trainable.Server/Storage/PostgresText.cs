using System.Text;

namespace Trainable.Server.Storage;

/// <summary>PostgreSQL's text holds neither NUL nor half a surrogate pair, and a model or a script may write both.</summary>
internal static class PostgresText
{
    /// <summary>The text, with the replacement character for what cannot be stored.</summary>
    public static string Storable(string text)
    {
        if (!text.Contains('\0') && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // Yields U+FFFD for each lone surrogate.
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }
}
