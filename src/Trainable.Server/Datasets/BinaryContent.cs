namespace Trainable.Server.Datasets;

/// <summary>Recognises what is not a table by its first bytes, so that the person is told what it is and what to do.</summary>
internal static class BinaryContent
{
    private const string Spreadsheet = "Save it as .xlsx without a password, or as CSV, and upload that.";
    private const string Unpack = "Unpack it and upload what is inside.";

    private static readonly (byte[] Start, string What, string Advice)[] Known =
    [
        (
            "PK\x03\x04"u8.ToArray(),
            "a packed file that is neither an Excel workbook nor a plain zip",
            "Save its table as CSV or .xlsx, or pack the files themselves as a zip, and upload that."
        ),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook (.xls), or one with a password", Spreadsheet),
        ("BZh"u8.ToArray(), "a bzip2 archive", Unpack),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "an xz archive", Unpack),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], "a 7-Zip archive", Unpack),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd archive", Unpack),
        ("ARROW1"u8.ToArray(), "an Arrow (Feather) file", "Write it as Parquet and upload that."),
        ("FEA1"u8.ToArray(), "a Feather file", "Write it as Parquet and upload that."),
        ("ORC"u8.ToArray(), "an ORC file", "Write it as Parquet and upload that."),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file", "Write its table as CSV or Parquet and upload that."),
        ("SQLite format 3"u8.ToArray(), "an SQLite database", "Export the table as CSV and upload that."),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "an image", "Upload images as a folder."),
        ([0xFF, 0xD8, 0xFF], "an image", "Upload images as a folder."),
        ("%PDF"u8.ToArray(), "a PDF", "Upload the table itself as CSV."),
    ];

    /// <summary>What the bytes are and what to do instead; null when they may be a table.</summary>
    public static (string What, string Advice)? Recognise(ReadOnlySpan<byte> start)
    {
        foreach (var (known, what, advice) in Known)
        {
            if (start.StartsWith(known))
                return (what, advice);
        }
        return null;
    }

    /// <summary>Text has no zero bytes and hardly any control characters.</summary>
    public static bool LooksBinary(ReadOnlySpan<byte> sample)
    {
        var controls = 0;
        foreach (var value in sample)
        {
            if (value == 0)
                return true;
            if (value < 32 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 12))
                controls++;
        }
        return controls > sample.Length / 50;
    }
}
