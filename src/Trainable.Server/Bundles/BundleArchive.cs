using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Bundles;

/// <summary>
/// A bundle that somebody sent, unpacked in a folder of the host's own. It may be hostile: names that lead elsewhere, links
/// and archives that unpack to more than an upload may have are refused before anything of it is used.
/// </summary>
internal sealed class BundleArchive : IDisposable
{
    private const int LinkType = 0xA000;
    private const int TypeMask = 0xF000;
    private const long MostManifestBytes = 64L << 20;
    private const string Called = "The bundle";

    private readonly string _root;
    private readonly Dictionary<string, BundleFile> _found = new(StringComparer.Ordinal);

    private BundleArchive(string root)
    {
        _root = root;
        Folder = TrainableHome.Make(Path.Combine(root, "bundle"));
    }

    public string Folder { get; }

    /// <summary>What its <c>bundle.json</c> says; nothing in it has been checked.</summary>
    public BundleManifest Manifest { get; private set; } = null!;

    /// <exception cref="UserFacingException">It is no bundle, or one that must not be unpacked; the sentence says why.</exception>
    public static async Task<BundleArchive> ReceiveAsync(
        Stream body,
        TrainableHome home,
        DatasetOptions options,
        CancellationToken cancellation
    )
    {
        var bundle = new BundleArchive(
            TrainableHome.Make(Path.Combine(home.Scratch, $"verify-{Guid.CreateVersion7():N}"))
        );
        try
        {
            var packed = Path.Combine(bundle._root, "bundle.zip");
            await using (var file = new FileStream(packed, FileMode.CreateNew, FileAccess.Write))
                await CopyAsync(body, file, options.MaxUploadBytes, cancellation);
            if (!ZipUpload.Is(packed, Called))
                throw TableFile.Refuse(
                    $"{Called} is no zip archive. Give the zip or the folder that 'trainable export' wrote."
                );
            await bundle.UnpackAsync(packed, options, cancellation);
            File.Delete(packed);
            bundle.ReadManifest();
            return bundle;
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    /// <summary>What does not fit the hashes of the manifest, a sentence each.</summary>
    public IReadOnlyList<string> Mismatches()
    {
        var listed = Manifest.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Manifest
                .Files.Where(file => !_found.TryGetValue(file.Path, out var found) || found.Sha256 != file.Sha256)
                .Select(file =>
                    _found.ContainsKey(file.Path)
                        ? $"{ShownText.Cut(file.Path)} is not the file that was exported"
                        : $"{ShownText.Cut(file.Path)} is missing"
                ),
            .. _found
                .Keys.Where(path => path != BundleExport.ManifestName && !listed.Contains(path))
                .Select(path => $"{ShownText.Cut(path)} was added"),
        ];
    }

    public void Dispose() => TreeRemoval.Delete(_root);

    private async Task UnpackAsync(string packed, DatasetOptions options, CancellationToken cancellation)
    {
        try
        {
            await using var archive = await ZipFile.OpenReadAsync(packed, cancellation);
            var left = options.MaxUploadBytes;
            foreach (var entry in ZipUpload.Files(archive))
            {
                var name = UploadName.Parse(entry.FullName);
                if (((entry.ExternalAttributes >> 16) & TypeMask) == LinkType)
                    throw TableFile.Refuse($"{Called} holds a link ('{ShownText.Cut(name)}'); no bundle does.");
                if (_found.Count >= options.MaxFiles)
                    throw TableFile.Refuse($"{Called} holds more than {options.MaxFiles:N0} files; no bundle does.");
                if (_found.ContainsKey(name))
                    throw TableFile.Refuse($"{Called} holds '{ShownText.Cut(name)}' twice; no bundle does.");
                var file = await UnpackAsync(entry, name, left, options, cancellation);
                left -= file.Size;
                _found.Add(name, file);
            }
        }
        catch (InvalidDataException broken)
        {
            throw ZipUpload.Damaged(Called, broken);
        }
        catch (IOException conflict) when (!DiskFull.Is(conflict))
        {
            // A file where another of its names needs a folder.
            throw TableFile.Refuse($"{Called} cannot be unpacked: its names contradict each other.", conflict);
        }
    }

    private async Task<BundleFile> UnpackAsync(
        ZipArchiveEntry entry,
        string name,
        long left,
        DatasetOptions options,
        CancellationToken cancellation
    )
    {
        var path = Path.Combine(Folder, name);
        TrainableHome.Make(Path.GetDirectoryName(path)!);
        await using var content = await entry.OpenAsync(cancellation);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        long size = 0;
        // What the archive says of its sizes is not believed.
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0; )
        {
            if ((size += read) > left)
                throw TooLarge(options.MaxUploadBytes);
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        return new BundleFile(name, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private void ReadManifest()
    {
        var path = Path.Combine(Folder, BundleExport.ManifestName);
        if (!_found.TryGetValue(BundleExport.ManifestName, out var file) || file.Size > MostManifestBytes)
            throw NoBundle(null);
        try
        {
            using var stream = File.OpenRead(path);
            Manifest = JsonSerializer.Deserialize(stream, BundleJson.Default.BundleManifest) ?? throw NoBundle(null);
        }
        catch (JsonException broken)
        {
            throw NoBundle(broken);
        }
        if (Manifest.Version != 1)
            throw TableFile.Refuse($"{Called} is of version {Manifest.Version}; this program reads version 1.");
        // A field may be null for all that it is required.
        if (
            Manifest is not { Files: not null, Scripts: not null, Data.Working.Name: { } working, Options: not null }
            || Manifest.Files.Any(one => one is not { Path: not null, Sha256: not null })
            || Manifest.Scripts.Any(one => one is not { Path: not null, Stage: not null })
            || Manifest is not { Target: not null, Verify: not null, Packages: not null }
            || Manifest.ProblemType is not (ProblemTypes.Binary or ProblemTypes.Multiclass or ProblemTypes.Regression)
        )
            throw NoBundle(null);
        UploadName.Parse(working);
        foreach (var one in Manifest.Files.Select(one => one.Path).Concat(Manifest.Scripts.Select(one => one.Path)))
            UploadName.Parse(one);
    }

    private static async Task CopyAsync(Stream body, FileStream file, long most, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 17];
        var left = most;
        for (int read; (read = await body.ReadAsync(buffer, cancellation)) > 0; )
        {
            if ((left -= read) < 0)
                throw TooLarge(most);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private static UserFacingException TooLarge(long most) =>
        new(
            $"{Called} is, or unpacks to, more than the {ByteSize.Format(most)} that one upload may have.",
            StatusCodes.Status413PayloadTooLarge
        );

    private static UserFacingException NoBundle(Exception? broken) =>
        TableFile.Refuse(
            $"{Called} has no {BundleExport.ManifestName} that can be read. Export the session again.",
            broken
        );
}
