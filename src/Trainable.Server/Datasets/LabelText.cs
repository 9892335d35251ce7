using System.Globalization;

namespace Trainable.Server.Datasets;

/// <summary>
/// A target's value as the text by which it is compared: whole numbers without a decimal point, booleans True and False,
/// everything else as it stands in the file. The SDK's <c>trainable.labels</c> does the same on the other side.
/// </summary>
internal static class LabelText
{
    private const double LargestWhole = 1L << 53;

    public static string Normalize(string text)
    {
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
            return "True";
        if (text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return "False";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole.ToString(CultureInfo.InvariantCulture);
        // A number only when it is all there is to it: '007' and ' 1' are read as numbers by pandas too.
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !double.IsFinite(number)
        )
            return text;
        return double.IsInteger(number) && Math.Abs(number) <= LargestWhole
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
    }
}
