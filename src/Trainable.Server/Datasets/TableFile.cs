using System.IO.Compression;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

internal enum TableFormat
{
    Delimited,
    Json,
    Parquet,

    /// <summary>Excel's; a sandbox makes a table of one of its sheets (<see cref="Workbooks.WorkbookReader"/>).</summary>
    Workbook,
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
        if (WorkbookFile.Is(path, start))
            return (TableFormat.Workbook, false);
        var gzip = start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        if (gzip)
            start = Unpacked(path);
        if (gzip && start.AsSpan().StartsWith("PAR1"u8))
            throw Refuse(
                $"{name} is a Parquet file in gzip, and compressed within already. Unpack it and upload that."
            );
        if (BinaryContent.Recognise(start) is var (what, advice))
            throw Refuse(gzip ? $"{name} is {what} in gzip. {advice}" : $"{name} is {what}. {advice}");
        return (LooksLikeJson(start) ? TableFormat.Json : TableFormat.Delimited, gzip);
    }

    /// <summary>The beginning of what is in a gzip file; nothing where it is damaged, which its reader then says.</summary>
    private static byte[] Unpacked(string path)
    {
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var buffer = new byte[StartBytes];
        var length = 0;
        try
        {
            int read;
            while (length < StartBytes && (read = unpacked.Read(buffer.AsSpan(length))) > 0)
                length += read;
        }
        catch (InvalidDataException)
        {
            // Of the beginning of a file the end is missing; what came before it counts.
        }
        return buffer[..length];
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
                ".xlsx",
                ".xlsm",
            }
        )
        {
            if (stem.Length > ending.Length && stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                stem = stem[..^ending.Length];
        }
        return stem;
    }
}
