using System.IO.Compression;

namespace Trainable.Server.Datasets;

/// <summary>A zip archive among uploaded files: what is in it counts, as if it had been uploaded file by file.</summary>
internal static class ZipUpload
{
    /// <summary>Every file that Office writes is a zip that holds this.</summary>
    private const string OfficeMark = "[Content_Types].xml";

    /// <summary>And every one of LibreOffice's this.</summary>
    private const string OpenDocumentMark = "mimetype";

    /// <summary>Whether the file is an archive of files, and not, say, a workbook.</summary>
    /// <exception cref="Platform.UserFacingException">It starts like an archive and is none (422).</exception>
    public static bool Is(string path, string name)
    {
        Span<byte> start = stackalloc byte[4];
        using (var file = File.OpenRead(path))
        {
            if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
                return false;
        }
        if (!start.SequenceEqual("PK\x03\x04"u8))
            return false;
        try
        {
            using var archive = ZipFile.OpenRead(path);
            return archive.GetEntry(OfficeMark) is null && archive.GetEntry(OpenDocumentMark) is null;
        }
        catch (InvalidDataException broken)
        {
            throw Damaged(name, broken);
        }
    }

    /// <summary>The archive's files; folders, and what systems add for themselves, are left out.</summary>
    public static IEnumerable<ZipArchiveEntry> Files(ZipArchive archive) =>
        archive.Entries.Where(entry =>
            !entry.FullName.EndsWith('/')
            && !entry.FullName.EndsWith('\\')
            && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
            && entry.Name is not (".DS_Store" or "Thumbs.db" or "desktop.ini")
        );

    public static Platform.UserFacingException Damaged(string name, Exception broken) =>
        TableFile.Refuse(
            $"{ShownText.Cut(name)} is a damaged zip archive, or one with a password. Pack it again and upload it.",
            broken
        );
}
