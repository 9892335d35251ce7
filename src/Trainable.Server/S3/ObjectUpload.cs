using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>What an object is to be, before it is read.</summary>
internal sealed record UploadTerms
{
    /// <summary>Bytes, when they are known; otherwise the parts are made large enough for <see cref="Most"/>.</summary>
    public long? Length { get; init; }

    /// <summary>More bytes are refused with <see cref="TooLong"/>.</summary>
    public long Most { get; init; } = long.MaxValue;
    public UserFacingException? TooLong { get; init; }

    /// <summary>What the content has to come to; anything else is not kept.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>What was sent.</summary>
internal readonly record struct Sent(long Size, string Sha256);

/// <summary>
/// Sends a stream to S3, in one piece or in parts: one part at a time is in memory, and can be sent again. An object is there
/// whole or not at all.
/// </summary>
internal sealed partial class ObjectUpload(S3Connection connection, ILogger<ObjectUpload> logger)
{
    private const int MostParts = 10_000;

    /// <exception cref="UserFacingException">
    /// As <see cref="S3Connection.AskAsync"/>; or the content is longer than <see cref="UploadTerms.Most"/>, or another than it
    /// was to be (409).
    /// </exception>
    public async Task<Sent> SendAsync(
        ObjectPath path,
        Stream content,
        UploadTerms terms,
        CancellationToken cancellation
    )
    {
        var size = PartBytes(terms);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var part = buffer.AsMemory(0, size);
            var count = await content.ReadAtLeastAsync(part, size, throwOnEndOfStream: false, cancellation);
            return count < size
                ? await SendWholeAsync(path, buffer, count, terms, cancellation)
                : await SendPartsAsync(path, content, buffer, size, terms, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int PartBytes(UploadTerms terms)
    {
        var expected = terms.Length ?? (terms.Most == long.MaxValue ? 0 : terms.Most);
        var least = (expected + MostParts - 1) / MostParts;
        return checked((int)Math.Max(connection.Options.PartBytes, least));
    }

    private async Task<Sent> SendWholeAsync(
        ObjectPath path,
        byte[] buffer,
        int count,
        UploadTerms terms,
        CancellationToken cancellation
    )
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, count)));
        Check(count, terms);
        Check(hash, terms);
        await connection.AskAsync(
            path,
            (client, stop) =>
            {
                var request = new PutObjectRequest
                {
                    BucketName = path.Bucket,
                    Key = path.Key,
                    InputStream = new MemoryStream(buffer, 0, count, writable: false),
                    UseChunkEncoding = false,
                };
                request.Metadata.Add(ObjectStore.HashName, hash);
                return client.PutObjectAsync(request, stop);
            },
            cancellation,
            count
        );
        return new Sent(count, hash);
    }

    private async Task<Sent> SendPartsAsync(
        ObjectPath path,
        Stream content,
        byte[] buffer,
        int count,
        UploadTerms terms,
        CancellationToken cancellation
    )
    {
        var size = count;
        var start = new InitiateMultipartUploadRequest { BucketName = path.Bucket, Key = path.Key };
        if (terms.Sha256 is { } known)
            start.Metadata.Add(ObjectStore.HashName, known);
        var begun = await connection.AskAsync(
            path,
            (client, stop) => client.InitiateMultipartUploadAsync(start, stop),
            cancellation
        );
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var parts = new List<PartETag>();
            var total = 0L;
            while (count > 0)
            {
                total += count;
                Check(total, terms);
                hash.AppendData(buffer, 0, count);
                parts.Add(await SendPartAsync(path, begun.UploadId, parts.Count + 1, buffer, count, cancellation));
                count =
                    count < size
                        ? 0
                        : await content.ReadAtLeastAsync(
                            buffer.AsMemory(0, size),
                            size,
                            throwOnEndOfStream: false,
                            cancellation
                        );
            }
            var sent = new Sent(total, Convert.ToHexStringLower(hash.GetHashAndReset()));
            Check(sent.Sha256, terms);
            var end = new CompleteMultipartUploadRequest
            {
                BucketName = path.Bucket,
                Key = path.Key,
                UploadId = begun.UploadId,
                PartETags = parts,
            };
            await connection.AskAsync(
                path,
                (client, stop) => client.CompleteMultipartUploadAsync(end, stop),
                cancellation,
                total
            );
            return sent;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Whoever stops does not wait for S3 once more.
            LogPartsLeft(path.Bucket, "the upload was stopped");
            throw;
        }
        catch
        {
            await AbandonAsync(path, begun.UploadId);
            throw;
        }
    }

    /// <summary>Removes the parts that uploads of this object left which never came to their end.</summary>
    public async Task RemovePartsAsync(ObjectPath path, CancellationToken cancellation)
    {
        var request = new ListMultipartUploadsRequest { BucketName = path.Bucket, Prefix = path.Key };
        var found = await connection.AskAsync(
            path,
            (client, stop) => client.ListMultipartUploadsAsync(request, stop),
            cancellation
        );
        foreach (var left in (found.MultipartUploads ?? []).Where(one => one.Key == path.Key))
            await AbandonAsync(path, left.UploadId);
    }

    private async Task<PartETag> SendPartAsync(
        ObjectPath path,
        string upload,
        int number,
        byte[] buffer,
        int count,
        CancellationToken cancellation
    )
    {
        var sent = await connection.AskAsync(
            path,
            (client, stop) =>
                client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = path.Bucket,
                        Key = path.Key,
                        UploadId = upload,
                        PartNumber = number,
                        InputStream = new MemoryStream(buffer, 0, count, writable: false),
                        PartSize = count,
                        UseChunkEncoding = false,
                    },
                    stop
                ),
            cancellation,
            count
        );
        return new PartETag(number, sent.ETag);
    }

    /// <summary>Parts that nobody completes would be kept, and paid for.</summary>
    private async Task AbandonAsync(ObjectPath path, string upload)
    {
        try
        {
            await connection.AskAsync(
                path,
                (client, stop) =>
                    client.AbortMultipartUploadAsync(
                        new AbortMultipartUploadRequest
                        {
                            BucketName = path.Bucket,
                            Key = path.Key,
                            UploadId = upload,
                        },
                        stop
                    ),
                CancellationToken.None
            );
        }
        catch (UserFacingException left)
        {
            LogPartsLeft(path.Bucket, left.Message);
        }
    }

    private static void Check(long size, UploadTerms terms)
    {
        if (size > terms.Most)
            throw terms.TooLong
                ?? new UserFacingException(
                    string.Create(CultureInfo.InvariantCulture, $"More than {terms.Most} bytes came."),
                    StatusCodes.Status413PayloadTooLarge
                );
    }

    private static void Check(string hash, UploadTerms terms)
    {
        if (terms.Sha256 is { } wanted && wanted != hash)
            throw new UserFacingException("A file changed while it was copied.", StatusCodes.Status409Conflict);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Parts of an upload are left in bucket {Bucket}: {Cause}")]
    private partial void LogPartsLeft(string bucket, string cause);
}
