using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Datasets;

/// <summary>
/// The files of one experiment as they come in. Nothing counts until <see cref="CompleteAsync"/> has returned: disposed
/// before that, in whatever state, the upload leaves nothing behind.
/// </summary>
internal sealed class DatasetUpload : IAsyncDisposable
{
    private const int BufferBytes = 1 << 17;

    private readonly DatasetStore _store;
    private readonly Guid _experiment;
    private readonly string _directory;
    private readonly List<UploadedFile> _files = [];
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _folders = new(StringComparer.OrdinalIgnoreCase);
    private long _bytes;
    private bool _complete;

    /// <summary>Files that came from elsewhere on this disk, and go back there when nothing comes of the dataset.</summary>
    private readonly List<(string From, string To)> _moved = [];

    internal DatasetUpload(DatasetStore store, Guid experiment)
    {
        _store = store;
        _experiment = experiment;
        _directory = TrainableHome.Make(store.Paths(experiment).Upload);
    }

    /// <summary>The files so far, as they will stand in the manifest.</summary>
    public IReadOnlyList<UploadedFile> Files => _files;

    /// <summary>Streams a file to the disk and hashes it on the way.</summary>
    /// <exception cref="UserFacingException">
    /// The name is refused (400) or taken (422), the upload is too large (413), or the disk is full (507).
    /// </exception>
    public async Task<UploadedFile> AddAsync(string fileName, Stream content, CancellationToken cancellation)
    {
        var name = Reserve(UploadName.Parse(fileName));
        var path = Path.Combine(_directory, name);
        TrainableHome.Make(Path.GetDirectoryName(path)!);
        try
        {
            var file = await CopyAsync(name, path, content, cancellation);
            _files.Add(file);
            return file;
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw DiskFull.Explain($"{name} could not be stored", full);
        }
    }

    /// <summary>As <see cref="AddAsync"/>, but a zip archive becomes the files that are in it.</summary>
    /// <exception cref="UserFacingException">As there; or the archive is damaged or empty (422).</exception>
    public async Task AddUnpackedAsync(string fileName, Stream content, CancellationToken cancellation)
    {
        var packed = await AddAsync(fileName, content, cancellation);
        var path = Path.Combine(_directory, packed.Name);
        if (!ZipUpload.Is(path, packed.Name))
            return;
        // Out of the upload, which it is no part of any more.
        var aside = $"{_directory}.zip";
        File.Move(path, aside, overwrite: true);
        _files.Remove(packed);
        _taken.Remove(packed.Name);
        _bytes -= packed.Size;
        try
        {
            await UnpackAsync(aside, packed.Name, cancellation);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Takes over a file that lies on the same disk; should nothing come of the dataset, it goes back.</summary>
    /// <exception cref="UserFacingException">As <see cref="AddUnpackedAsync"/>.</exception>
    public async Task AddStoredAsync(string fileName, string stored, CancellationToken cancellation)
    {
        var parsed = UploadName.Parse(fileName);
        if (ZipUpload.Is(stored, parsed))
        {
            await UnpackAsync(stored, parsed, cancellation);
            return;
        }
        var name = Reserve(parsed);
        Count(new FileInfo(stored).Length);
        var hash = await HashAsync(stored, cancellation);
        var path = Path.Combine(_directory, name);
        TrainableHome.Make(Path.GetDirectoryName(path)!);
        File.Move(stored, path);
        _moved.Add((stored, path));
        _files.Add(new UploadedFile(name, new FileInfo(path).Length, hash));
    }

    private async Task UnpackAsync(string packed, string name, CancellationToken cancellation)
    {
        try
        {
            await using var archive = await ZipFile.OpenReadAsync(packed, cancellation);
            var before = _files.Count;
            foreach (var entry in ZipUpload.Files(archive))
            {
                await using var unpacked = await entry.OpenAsync(cancellation);
                await AddAsync(entry.FullName, unpacked, cancellation);
            }
            if (_files.Count == before)
                throw TableFile.Refuse($"{ShownText.Cut(name)} is a zip archive with no files in it.");
        }
        catch (InvalidDataException broken)
        {
            throw ZipUpload.Damaged(name, broken);
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            1,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    /// <summary>Reads what came, draws the held rows and puts everything in its place.</summary>
    /// <exception cref="UserFacingException">There is no file, or what came does not fit the options (400, 422, 507).</exception>
    public async Task<DatasetManifest> CompleteAsync(ExperimentOptions options, CancellationToken cancellation)
    {
        if (_files.Count == 0)
            throw new UserFacingException(
                "There is no file in the upload. Send at least one.",
                StatusCodes.Status422UnprocessableEntity
            );
        try
        {
            var manifest = await _store.AssembleAsync(_experiment, _files, options, cancellation);
            _complete = true;
            return manifest;
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw DiskFull.Explain("the dataset could not be stored", full);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_complete)
            return ValueTask.CompletedTask;
        foreach (var (from, to) in _moved.Where(pair => File.Exists(pair.To)))
            File.Move(to, from);
        _store.Delete(_experiment);
        return ValueTask.CompletedTask;
    }

    /// <summary>Two names that differ in case only are one file on many disks; a name can be a file or a folder.</summary>
    private string Reserve(string name)
    {
        if (_files.Count >= _store.Options.MaxFiles)
            throw new UserFacingException(
                $"The upload has more than {_store.Options.MaxFiles:N0} files. Pack them into fewer.",
                StatusCodes.Status413PayloadTooLarge
            );
        var folders = FoldersOf(name).ToArray();
        var clash = _folders.Contains(name) || folders.Any(_taken.Contains) || !_taken.Add(name);
        if (clash)
            throw new UserFacingException(
                $"The upload has '{ShownText.Cut(name)}' twice. Rename one of the two.",
                StatusCodes.Status422UnprocessableEntity
            );
        _folders.UnionWith(folders);
        return name;
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        if (_bytes > _store.Options.MaxUploadBytes)
            throw new UserFacingException(
                $"The upload is larger than {ByteSize.Format(_store.Options.MaxUploadBytes)}. Send less, or raise {DatasetOptions.MaxUploadKey}.",
                StatusCodes.Status413PayloadTooLarge
            );
    }

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
            yield return name[..slash];
    }

    private async Task<UploadedFile> CopyAsync(string name, string path, Stream content, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            // FileStream's own buffer would only copy once more.
            await using var file = new FileStream(
                path,
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                0,
                useAsync: true
            );
            var writeback = new EarlyWriteback(file.SafeFileHandle, 0);
            var size = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellation)) > 0)
            {
                size += read;
                Count(read);
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                writeback.Reached(size);
            }
            return new UploadedFile(name, size, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
