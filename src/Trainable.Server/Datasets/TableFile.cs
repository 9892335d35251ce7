using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

internal enum TableFormat
{
    Delimited,
    Json,
    Parquet,
}

/// <summary>What kind of table a file holds, by its content and not by its name.</summary>
internal static class TableFile
{
    private const int StartBytes = 64 << 10;

    /// <exception cref="UserFacingException">It is empty or no table (422).</exception>
    public static (TableFormat Format, bool Gzip) Recognise(string path, string name)
    {
        var start = Start(path);
        if (start.Length == 0)
            throw Refuse($"{name} is empty. Upload a table with a header and rows.");
        if (start.AsSpan().StartsWith("PAR1"u8))
            return (TableFormat.Parquet, false);
        if (BinaryContent.Recognise(start) is var (what, advice))
            throw Refuse($"{name} is {what}. {advice}");
        if (start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return (TableFormat.Delimited, true);
        return (LooksLikeJson(start) ? TableFormat.Json : TableFormat.Delimited, false);
    }

    /// <summary>An object, or an array of objects.</summary>
    private static bool LooksLikeJson(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart("\uFEFF \t\r\n"u8);
        if (text.StartsWith("["u8))
            text = text[1..].TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("{"u8))
            return false;
        text = text[1..].TrimStart(" \t\r\n"u8);
        return text.StartsWith("\""u8) || text.StartsWith("}"u8);
    }

    private static byte[] Start(string path)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[StartBytes];
        return buffer[..file.ReadAtLeast(buffer, StartBytes, throwOnEndOfStream: false)];
    }

    public static UserFacingException Refuse(string message, Exception? inner = null) =>
        new(message, StatusCodes.Status422UnprocessableEntity, inner);

    /// <summary>The name without folders and without any ending that says how it was packed or written.</summary>
    public static string Stem(string name)
    {
        var stem = Path.GetFileName(name);
        foreach (
            var ending in new[]
            {
                ".gz",
                ".csv",
                ".tsv",
                ".txt",
                ".data",
                ".json",
                ".jsonl",
                ".ndjson",
                ".parquet",
                ".pq",
            }
        )
        {
            if (stem.Length > ending.Length && stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                stem = stem[..^ending.Length];
        }
        return stem;
    }
}
