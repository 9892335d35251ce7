using System.Globalization;
using System.Text.RegularExpressions;

namespace Trainable.Server.Datasets;

/// <summary>
/// A number the way a person wrote it. The playbooks' <c>number_of</c> reads the same texts as the same numbers, so that a
/// target that Prep parsed and one that the host kept as text can be compared.
/// </summary>
internal static partial class WrittenNumber
{
    private const int MostCharacters = 60;
    private const int PatienceMs = 1_000;

    private const NumberStyles Plainly = NumberStyles.Float;

    /// <summary>
    /// <c>1,234</c>, <c>$5</c>, <c>12 %</c> (12, not 0.12), <c>(3.5)</c> (−3.5) and <c>1 200,5</c>; null for anything else, a
    /// date and a range included.
    /// </summary>
    public static double? Read(string? text)
    {
        if (text is null)
            return null;
        // Most are written plainly; the words for infinity and for no number are read as well, but are not finite.
        if (double.TryParse(text, Plainly, CultureInfo.InvariantCulture, out var plain))
            return double.IsFinite(plain) ? plain : null;
        var whole = (text.Length > MostCharacters ? text[..MostCharacters] : text).Trim();
        var isNegative = whole is ['(', .., ')'];
        var digits = Ornaments().Replace(whole, "");
        if (Thousands().IsMatch(digits))
            digits = digits.Replace(",", "", StringComparison.Ordinal);
        else if (DecimalComma().IsMatch(digits))
            digits = digits.Replace(',', '.');
        if (!Plain().IsMatch(digits))
            return null;
        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? (isNegative ? -number : number) : null;
    }

    [GeneratedRegex(@"[\s$€£¥₹%()_]|USD|EUR|GBP", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex Ornaments();

    [GeneratedRegex(@"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\z", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex Thousands();

    [GeneratedRegex(@"^[+-]?[0-9]+,[0-9]+\z", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex DecimalComma();

    [GeneratedRegex(@"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex Plain();
}
