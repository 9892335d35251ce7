using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Artifacts;

/// <summary>
/// A folder of the workspace as a zip archive that is written as it is read: nothing is held and nothing is stored. Links,
/// FIFOs and whatever else an agent may have left there are passed over.
/// </summary>
internal static class FolderZip
{
    private const int DeepestFolder = 32;

    /// <summary>Characters that some system gives a meaning to in a file's name.</summary>
    private const string Meaningful = "\\/:*?\"<>|";

    /// <summary>Packing these again would cost time and save nothing.</summary>
    private static readonly HashSet<string> Packed = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".parquet",
        ".gz",
        ".zip",
        ".npz",
        ".xlsx",
    };

    public static async Task WriteAsync(SafeFileHandle folder, Stream output, CancellationToken cancellation)
    {
        var patient = new PatientStream(output);
        var archive = await ZipArchive.CreateAsync(
            patient,
            ZipArchiveMode.Create,
            leaveOpen: true,
            entryNameEncoding: null,
            cancellation
        );
        await using (archive)
            await AddAsync(archive, folder, "", depth: 0, cancellation);
        await patient.FlushAsync(cancellation);
    }

    /// <summary>
    /// The name under which a file is packed: one that opens on every system and leads nowhere. A folder's own entries never
    /// are '.' or '..', so what is left to change are characters with a meaning.
    /// </summary>
    public static string SafeName(string name)
    {
        var safe = string.Create(
            name.Length,
            name,
            static (letters, from) =>
            {
                for (var index = 0; index < letters.Length; index++)
                    letters[index] =
                        char.IsControl(from[index]) || Meaningful.Contains(from[index]) ? '_' : from[index];
            }
        );
        // Windows drops dots and spaces at the end, which could make '..' of '.. '.
        return safe.TrimEnd(' ', '.') is { Length: > 0 } kept ? kept : new string('_', Math.Max(1, safe.Length));
    }

    private static async Task AddAsync(
        ZipArchive archive,
        SafeFileHandle folder,
        string prefix,
        int depth,
        CancellationToken cancellation
    )
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, kind) in DirectoryEntries.Read(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (kind is not (FileKind.Regular or FileKind.Directory))
                continue;
            // Read of the entry itself, whatever it is by now; a link that took its place is not followed.
            var opened = BeneathRoot.Open(folder, name, kind);
            using var handle = opened.Handle;
            if (handle is null)
                continue;
            var packedAs = prefix + Free(SafeName(name), taken);
            if (kind is FileKind.Regular)
                await AddFileAsync(archive, handle, packedAs, opened.Status, cancellation);
            else if (depth < DeepestFolder)
                await AddAsync(archive, handle, packedAs + "/", depth + 1, cancellation);
        }
    }

    private static async Task AddFileAsync(
        ZipArchive archive,
        SafeFileHandle handle,
        string name,
        FileStatus status,
        CancellationToken cancellation
    )
    {
        var level = Packed.Contains(Path.GetExtension(name))
            ? CompressionLevel.NoCompression
            : CompressionLevel.Fastest;
        var entry = archive.CreateEntry(name, level);
        entry.LastWriteTime = Zipped(status.Modified);
        await using var content = await entry.OpenAsync(cancellation);
        await using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        await file.CopyToAsync(content, cancellation);
    }

    /// <summary>Zip's years go from 1980 to 2107; a script may have set any.</summary>
    private static DateTimeOffset Zipped(DateTimeOffset time) =>
        time.Year is >= 1980 and <= 2107 ? time : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var number = 2; !taken.Add(free); number++)
            free = $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}";
        return free;
    }
}
