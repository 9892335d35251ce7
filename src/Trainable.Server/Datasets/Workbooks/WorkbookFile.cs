using System.IO.Compression;

namespace Trainable.Server.Datasets.Workbooks;

/// <summary>Tells an Excel workbook (.xlsx, .xlsm) from other packed files by what is in it.</summary>
internal static class WorkbookFile
{
    private const string Mark = "xl/workbook.xml";

    /// <param name="path">The file.</param>
    /// <param name="start">Its first bytes.</param>
    public static bool Is(string path, ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith("PK\x03\x04"u8))
            return false;
        try
        {
            using var archive = ZipFile.OpenRead(path);
            return archive.GetEntry(Mark) is not null;
        }
        catch (InvalidDataException)
        {
            return false; // A cut or damaged archive is no workbook either.
        }
    }

    public static bool Is(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && Is(path, start);
    }

    /// <summary>Bytes that the workbook says it unpacks to.</summary>
    public static long UnpackedBytes(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.Sum(entry => entry.Length);
    }
}
