using Amazon.S3;
using Amazon.S3.Model;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>An object of a listing. <see cref="Modified"/> is UTC.</summary>
internal readonly record struct ListedObject(string Key, long Size, DateTime? Modified);

/// <summary>A page of a listing; <see cref="Next"/> asks for the one after it.</summary>
internal sealed record ListedPage(IReadOnlyList<string> Folders, IReadOnlyList<ListedObject> Objects, string? Next);

/// <summary>What S3 says of an object; <see cref="Sha256"/> is what we wrote beside it, if we did.</summary>
internal sealed record ObjectFacts(long Size, string? Sha256);

/// <summary>The buckets that may be used, object by object. Whatever goes wrong comes as one sentence.</summary>
internal sealed class ObjectStore(S3Connection connection, TimeProvider clock)
{
    /// <summary>The metadata under which an object's hash stands.</summary>
    public const string HashName = "x-amz-meta-sha256";

    public S3Options Options => connection.Options;

    /// <exception cref="UserFacingException">There is no S3 (501), or the bucket may not be used (403).</exception>
    public ObjectPath Allow(ObjectPath path)
    {
        if (!Options.IsOn)
            throw new UserFacingException(S3Options.NotSetUp, StatusCodes.Status501NotImplemented);
        return Options.Buckets.Contains(path.Bucket, StringComparer.Ordinal)
            ? path
            : throw new UserFacingException(
                $"The bucket '{Datasets.ShownText.Cut(path.Bucket)}' may not be used here. Choose one of {string.Join(", ", Options.Buckets)}, or add it to {S3Options.BucketsKey}.",
                StatusCodes.Status403Forbidden
            );
    }

    /// <summary>A page of what lies below a prefix; with <paramref name="byFolder"/> what lies deeper is one folder.</summary>
    /// <exception cref="UserFacingException">As <see cref="S3Connection.AskAsync"/>; or the cursor is none (422).</exception>
    public async Task<ListedPage> ListAsync(
        ObjectPath prefix,
        bool byFolder,
        string? cursor,
        int limit,
        CancellationToken cancellation
    )
    {
        var request = new ListObjectsV2Request
        {
            BucketName = prefix.Bucket,
            Prefix = prefix.Key,
            Delimiter = byFolder ? "/" : null,
            ContinuationToken = cursor,
            MaxKeys = limit,
        };
        var page = await connection.AskAsync(
            prefix,
            async (client, stop) =>
            {
                try
                {
                    return await client.ListObjectsV2Async(request, stop);
                }
                catch (AmazonS3Exception refused)
                    when (cursor is not null && refused.ErrorCode is "InvalidArgument" or "InvalidContinuationToken")
                {
                    throw Paging.BadCursor();
                }
            },
            cancellation
        );
        return new ListedPage(
            page.CommonPrefixes ?? [],
            [
                .. (page.S3Objects ?? []).Select(item => new ListedObject(
                    item.Key,
                    item.Size ?? 0,
                    item.LastModified?.ToUniversalTime()
                )),
            ],
            page.IsTruncated == true ? page.NextContinuationToken : null
        );
    }

    /// <summary>All objects below a prefix, page by page.</summary>
    public async IAsyncEnumerable<ListedObject> AllAsync(
        ObjectPath prefix,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        string? cursor = null;
        do
        {
            var page = await ListAsync(prefix, byFolder: false, cursor, Options.PageSize, cancellation);
            foreach (var item in page.Objects)
                yield return item;
            cursor = page.Next;
        } while (cursor is not null);
    }

    /// <summary>Null when there is no such object; a missing bucket is a failure.</summary>
    public async Task<ObjectFacts?> FindAsync(ObjectPath path, CancellationToken cancellation)
    {
        var request = new GetObjectMetadataRequest { BucketName = path.Bucket, Key = path.Key };
        try
        {
            var found = await connection.AskAsync(
                path,
                (client, stop) => client.GetObjectMetadataAsync(request, stop),
                cancellation
            );
            return new ObjectFacts(found.ContentLength, found.Metadata[HashName]);
        }
        catch (UserFacingException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    /// <summary>An object's content, or a part of it, as it streams in; the caller disposes it.</summary>
    public async Task<ObjectContent> OpenAsync(
        ObjectPath path,
        CancellationToken cancellation,
        (long Offset, long Count)? part = null
    )
    {
        var request = new GetObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            ByteRange = part is var (offset, count) ? new ByteRange(offset, offset + count - 1) : null,
        };
        var response = await connection.AskAsync(
            path,
            (client, stop) => client.GetObjectAsync(request, stop),
            cancellation
        );
        return new ObjectContent(response, path, Options, clock);
    }

    public Task DeleteAsync(ObjectPath path, CancellationToken cancellation) =>
        connection.AskAsync(
            path,
            (client, stop) =>
                client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = path.Bucket, Key = path.Key }, stop),
            cancellation
        );

    /// <summary>An address under which this one object can be read for a while, by whoever has it.</summary>
    public Task<string> PresignAsync(ObjectPath path, TimeSpan lifetime) =>
        connection.Public.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = path.Bucket,
                Key = path.Key,
                Verb = HttpVerb.GET,
                Expires = (clock.GetUtcNow() + lifetime).UtcDateTime,
                Protocol =
                    (Options.PublicEndpoint ?? Options.Endpoint)?.Scheme == "http" ? Protocol.HTTP : Protocol.HTTPS,
            }
        );
}
