using System.Buffers;
using System.Globalization;

namespace Trainable.Server.Platform;

/// <summary>Sizes as people write and read them: 512M, 4G; 1.5 GB. Units are powers of 1024.</summary>
internal static class ByteSize
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>A number with an optional unit (K, M, G, T, with or without B or iB); null when it is anything else.</summary>
    public static long? Parse(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExcept(Digits);
        var number = digits < 0 ? trimmed : trimmed[..digits];
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, null, out var value))
            return null;
        var shift = (digits < 0 ? "" : trimmed[digits..].Trim().ToString().ToUpperInvariant()) switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => -1,
        };
        var bytes = value * (1L << Math.Max(shift, 0));
        return shift < 0 || bytes >= long.MaxValue ? null : (long)bytes;
    }

    public static string Format(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return unit == 0 ? $"{bytes:N0} B" : $"{value:0.#} {Units[unit]}";
    }
}
