using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Trainable.Contracts;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Bundles;

/// <summary>
/// A zip archive that is sent as it is written, with the hash of every file in it. What agents made is read by descriptors,
/// beneath a root and through no link.
/// </summary>
internal sealed class BundleWriter(ZipArchive archive) : IDisposable
{
    private const int DeepestFolder = 32;

    private static readonly HashSet<string> Packed = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png",
        ".jpg",
        ".parquet",
        ".gz",
        ".zip",
        ".npz",
    };

    private readonly List<BundleFile> _files = [];
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What has been written, in order.</summary>
    public IReadOnlyList<BundleFile> Files => _files;

    public async Task AddTextAsync(string path, string text, CancellationToken cancellation)
    {
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await AddAsync(path, stream, cancellation);
    }

    public async Task<BundleFile> AddAsync(string path, Stream content, CancellationToken cancellation)
    {
        if (!_taken.Add(path))
            throw new InvalidOperationException($"The bundle has '{path}' already.");
        var level = Packed.Contains(Path.GetExtension(path))
            ? CompressionLevel.NoCompression
            : CompressionLevel.Fastest;
        await using var entry = await archive.CreateEntry(path, level).OpenAsync(cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        long size = 0;
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0; size += read)
        {
            hash.AppendData(buffer, 0, read);
            await entry.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        var file = new BundleFile(path, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        _files.Add(file);
        return file;
    }

    /// <summary>A folder that agents write to, below a path of the bundle.</summary>
    /// <param name="folder">On the host.</param>
    /// <param name="path">In the bundle, with a slash at its end.</param>
    /// <param name="wanted">Whether a file is to be in it, by its path below the folder.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task AddFolderAsync(
        string folder,
        string path,
        Func<string, bool> wanted,
        CancellationToken cancellation
    )
    {
        using var root = BeneathRoot.TryOpen(folder);
        using var handle = root?.OpenDirectory("").Handle;
        if (handle is not null)
            await AddAsync(handle, path, "", wanted, depth: 0, cancellation);
    }

    public void Dispose() => archive.Dispose();

    private async Task AddAsync(
        SafeFileHandle folder,
        string path,
        string below,
        Func<string, bool> wanted,
        int depth,
        CancellationToken cancellation
    )
    {
        foreach (var (name, kind) in DirectoryEntries.Read(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            // A name that some system could not write is left out, as links and FIFOs are: nothing that counts has one.
            if (kind is not (FileKind.Regular or FileKind.Directory) || FolderZip.SafeName(name) != name)
                continue;
            var inner = below + name;
            var opened = BeneathRoot.Open(folder, name, kind);
            using var handle = opened.Handle;
            if (handle is null)
                continue;
            if (kind is FileKind.Directory && depth < DeepestFolder)
                await AddAsync(handle, path, inner + "/", wanted, depth + 1, cancellation);
            if (kind is not FileKind.Regular || !wanted(inner) || _taken.Contains(path + inner))
                continue;
            await using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            await AddAsync(path + inner, file, cancellation);
        }
    }
}
