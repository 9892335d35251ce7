using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Previews;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>Takes a dataset in from S3: an object, or all below a prefix under the names they have there.</summary>
internal sealed class S3Import(ObjectStore store, DatasetOptions limits, PreviewReader previews)
{
    /// <summary>Of an object this much is read to show what is in it.</summary>
    private const int PreviewBytes = 1 << 20;

    /// <summary>Objects up to this size are read several at once, since asking for each takes longer than reading it.</summary>
    private const int SmallBytes = 1 << 20;

    private const int SmallAtOnce = 16;

    /// <summary>Streams what lies there to the disk, as an upload would be.</summary>
    /// <returns>The addresses of the objects.</returns>
    /// <exception cref="UserFacingException">It may not be used, is not there, is too much, or S3 fails.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(
        ObjectPath source,
        DatasetUpload upload,
        CancellationToken cancellation
    )
    {
        store.Allow(source).CheckPrefix();
        if (source.IsPrefix)
            return await FetchAllAsync(source, upload, cancellation);
        await using var content = await OpenAsync(source, cancellation);
        CheckSize(content.Length);
        await upload.AddUnpackedAsync(NameOf(source.Key), content, cancellation);
        return [source.ToString()];
    }

    /// <summary>What is in an object, from its beginning.</summary>
    public async Task<DatasetPreview> PreviewAsync(ObjectPath path, CancellationToken cancellation)
    {
        store.Allow(path).CheckKey();
        if (await store.FindAsync(path, cancellation) is not { } found)
            throw await MissingAsync(path, cancellation);
        var name = UploadName.Parse(NameOf(path.Key));
        var isParquet = name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        var parts = new PreviewParts
        {
            Name = name,
            Size = found.Size,
            Head = await ReadAsync(path, 0, Math.Min(found.Size, PreviewBytes), cancellation),
            // Parquet describes itself at its end.
            Tail =
                isParquet && found.Size > PreviewBytes
                    ? await ReadAsync(path, found.Size - PreviewBytes, PreviewBytes, cancellation)
                    : [],
        };
        return await previews.ReadAsync(parts, cancellation);
    }

    private async Task<IReadOnlyList<string>> FetchAllAsync(
        ObjectPath folder,
        DatasetUpload upload,
        CancellationToken cancellation
    )
    {
        var found = await FindAllAsync(folder, cancellation);
        foreach (var items in found.Chunk(SmallAtOnce))
        {
            var small = await Task.WhenAll(items.Select(item => ReadSmallAsync(folder, item, cancellation)));
            foreach (var (item, read) in items.Zip(small))
            {
                await using var content = read ?? await store.OpenAsync(folder with { Key = item.Key }, cancellation);
                await upload.AddAsync(item.Key[folder.Key.Length..], content, cancellation);
            }
        }
        return [.. found.Select(item => (folder with { Key = item.Key }).ToString())];
    }

    /// <summary>Null for an object that is not small, or has become larger since it was listed.</summary>
    private async Task<Stream?> ReadSmallAsync(ObjectPath folder, ListedObject item, CancellationToken cancellation)
    {
        if (item.Size > SmallBytes)
            return null;
        await using var content = await store.OpenAsync(folder with { Key = item.Key }, cancellation);
        if (content.Length > SmallBytes)
            return null;
        var read = new MemoryStream((int)content.Length);
        await content.CopyToAsync(read, cancellation);
        read.Position = 0;
        return read;
    }

    /// <summary>All objects below the prefix; that they are too many or too large is told before the first is read.</summary>
    private async Task<List<ListedObject>> FindAllAsync(ObjectPath folder, CancellationToken cancellation)
    {
        var found = new List<ListedObject>();
        var bytes = 0L;
        await foreach (var item in store.AllAsync(folder, cancellation))
        {
            // Consoles mark a folder by an empty object of its name.
            if (item.Key.EndsWith('/') && item.Size == 0)
                continue;
            (folder with { Key = item.Key }).CheckKey();
            found.Add(item);
            CheckSize(bytes += item.Size);
            if (found.Count > limits.MaxFiles)
                throw new UserFacingException(
                    $"There are more than {limits.MaxFiles:N0} objects below {folder.Shown}. Name a folder further down, or pack them into fewer.",
                    StatusCodes.Status413PayloadTooLarge
                );
        }
        return found.Count > 0
            ? found
            : throw new UserFacingException(
                $"There is nothing below {folder.Shown}. Check its spelling; capital and small letters differ.",
                StatusCodes.Status404NotFound
            );
    }

    private async Task<ObjectContent> OpenAsync(ObjectPath path, CancellationToken cancellation)
    {
        try
        {
            return await store.OpenAsync(path, cancellation);
        }
        catch (UserFacingException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            throw await MissingAsync(path, cancellation);
        }
    }

    /// <summary>Says so where what was named is a folder, or a bucket that is not there.</summary>
    private async Task<UserFacingException> MissingAsync(ObjectPath path, CancellationToken cancellation)
    {
        var folder = path with { Key = path.Key + "/" };
        var below = await store.ListAsync(folder, byFolder: false, cursor: null, limit: 1, cancellation);
        return below.Objects.Count == 0
            ? S3Failures.NoObject(path)
            : new UserFacingException(
                $"{path.Shown} is a folder. End it with a slash to take all that is in it.",
                StatusCodes.Status404NotFound
            );
    }

    private async Task<byte[]> ReadAsync(ObjectPath path, long offset, long count, CancellationToken cancellation)
    {
        if (count == 0)
            return [];
        await using var content = await store.OpenAsync(path, cancellation, (offset, count));
        var bytes = new byte[count];
        await content.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    private void CheckSize(long bytes)
    {
        if (bytes > limits.MaxUploadBytes)
            throw new UserFacingException(
                $"That is more than {ByteSize.Format(limits.MaxUploadBytes)}. Take less, or raise {DatasetOptions.MaxUploadKey}.",
                StatusCodes.Status413PayloadTooLarge
            );
    }

    private static string NameOf(string key) => key[(key.LastIndexOf('/') + 1)..];
}
