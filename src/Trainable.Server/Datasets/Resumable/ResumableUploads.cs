using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Datasets.Resumable;

/// <summary>A file that comes in pieces.</summary>
/// <param name="Id">Who knows it may go on.</param>
/// <param name="Name">As it will be called in its dataset.</param>
/// <param name="Length">Of the whole file, in bytes.</param>
internal sealed record ResumableUpload(Guid Id, string Name, long Length)
{
    /// <summary>Bytes that are there.</summary>
    [JsonIgnore]
    public long Offset { get; init; }

    [JsonIgnore]
    public DateTime Expires { get; init; }
}

/// <summary>
/// Files on their way to a dataset. What has come lies on the disk, and how much that is says the length of the file there: a
/// broken connection, a closed browser and a killed server all leave an upload that goes on where it stopped.
/// </summary>
internal sealed class ResumableUploads(TrainableHome home, DatasetOptions options, TimeProvider time)
{
    /// <summary>So long after its last byte an upload that nobody finished is deleted.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const int MostUploads = 1_000;

    public long MaxBytes => options.MaxUploadBytes;

    /// <exception cref="UserFacingException">The name is refused (400), or the file is too large (413).</exception>
    public ResumableUpload Create(string? name, long length)
    {
        DeleteExpired();
        if (length > options.MaxUploadBytes)
            throw new UserFacingException(
                $"The file is larger than {ByteSize.Format(options.MaxUploadBytes)}. Send a smaller one, or raise {DatasetOptions.MaxUploadKey}.",
                StatusCodes.Status413PayloadTooLarge
            );
        if (Directory.EnumerateDirectories(TrainableHome.Make(home.Uploads)).Take(MostUploads).Count() == MostUploads)
            throw new UserFacingException(
                $"There are {MostUploads:N0} uploads that nobody finished. Finish or cancel some first.",
                StatusCodes.Status429TooManyRequests
            );
        var upload = new ResumableUpload(Guid.CreateVersion7(), UploadName.Parse(name), length);
        TrainableHome.Make(FolderOf(upload.Id));
        using (File.Create(ContentOf(upload.Id))) { }
        // Written last: without it there is no upload.
        File.WriteAllBytes(
            DescriptionOf(upload.Id),
            JsonSerializer.SerializeToUtf8Bytes(upload, ResumableJson.Default.ResumableUpload)
        );
        return upload with { Expires = Expiry(upload.Id) };
    }

    /// <summary>Null where there is none, or none any more.</summary>
    public ResumableUpload? Find(Guid id)
    {
        try
        {
            using var file = File.OpenRead(DescriptionOf(id));
            var upload = JsonSerializer.Deserialize(file, ResumableJson.Default.ResumableUpload)!;
            return upload with { Offset = new FileInfo(ContentOf(id)).Length, Expires = Expiry(id) };
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes what follows on what is there; returns how much is there then.</summary>
    /// <exception cref="UserFacingException">
    /// It does not follow (409), is more than was announced (413), another request is writing (423), or the disk is full (507).
    /// </exception>
    public async Task<long> AppendAsync(
        ResumableUpload upload,
        long offset,
        PipeReader content,
        CancellationToken cancellation
    )
    {
        await using var file = OpenContent(upload.Id);
        var end = file.Length;
        if (end != offset)
            throw new UserFacingException(
                $"The upload goes on at byte {end}, not at {offset}. Ask where it stands and go on there.",
                StatusCodes.Status409Conflict
            );
        var writeback = new EarlyWriteback(file.SafeFileHandle, end);
        try
        {
            while (true)
            {
                var read = await content.ReadAsync(cancellation);
                try
                {
                    if (end + read.Buffer.Length > upload.Length)
                        throw new UserFacingException(
                            $"The upload was announced with {upload.Length} bytes, and more came. Start it again.",
                            StatusCodes.Status413PayloadTooLarge
                        );
                    // As it lies in the pipe, many blocks with one call: copying and calling cost more than the disk.
                    await RandomAccess.WriteAsync(file.SafeFileHandle, Blocks(read.Buffer), end, cancellation);
                    end += read.Buffer.Length;
                    writeback.Reached(end);
                }
                finally
                {
                    // Also where it is refused: Kestrel drains the rest, and cannot while a reading is open.
                    content.AdvanceTo(read.Buffer.End);
                }
                if (read.IsCompleted)
                    return end;
            }
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw DiskFull.Explain($"{upload.Name} could not be stored", full);
        }
    }

    private static List<ReadOnlyMemory<byte>> Blocks(ReadOnlySequence<byte> bytes)
    {
        var blocks = new List<ReadOnlyMemory<byte>>();
        foreach (var block in bytes)
            blocks.Add(block);
        return blocks;
    }

    /// <summary>A file that has come whole.</summary>
    /// <exception cref="UserFacingException">There is no such upload, or some of it is missing (422).</exception>
    public (string Name, string Path) Finished(Guid id)
    {
        var upload =
            Find(id) ?? throw TableFile.Refuse($"There is no upload '{id}'. It may have expired; send the file again.");
        return upload.Offset == upload.Length
            ? (upload.Name, ContentOf(id))
            : throw TableFile.Refuse(
                $"Of {ShownText.Cut(upload.Name)} {upload.Offset:N0} of {upload.Length:N0} bytes are here. Finish the upload first."
            );
    }

    /// <summary>False where there was none.</summary>
    public bool Delete(Guid id)
    {
        if (!Directory.Exists(FolderOf(id)))
            return false;
        TreeRemoval.Delete(FolderOf(id));
        return true;
    }

    public void DeleteExpired()
    {
        var oldest = time.GetUtcNow().UtcDateTime - Kept;
        foreach (var folder in Directory.EnumerateDirectories(TrainableHome.Make(home.Uploads)))
        {
            if (Guid.TryParse(Path.GetFileName(folder), out var id) && Expiry(id) - Kept < oldest)
                Delete(id);
        }
    }

    private FileStream OpenContent(Guid id)
    {
        try
        {
            return new FileStream(
                ContentOf(id),
                FileMode.Append,
                FileAccess.Write,
                FileShare.Read,
                bufferSize: 0,
                useAsync: true
            );
        }
        catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new UserFacingException(
                "Another request is writing to this upload. Wait until it has ended, and ask where it stands.",
                StatusCodes.Status423Locked,
                held
            );
        }
    }

    private DateTime Expiry(Guid id) => File.GetLastWriteTimeUtc(ContentOf(id)) + Kept;

    private string FolderOf(Guid id) => Path.Combine(home.Uploads, id.ToString());

    private string ContentOf(Guid id) => Path.Combine(FolderOf(id), "content");

    private string DescriptionOf(Guid id) => Path.Combine(FolderOf(id), "upload.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ResumableUpload))]
internal sealed partial class ResumableJson : JsonSerializerContext;
