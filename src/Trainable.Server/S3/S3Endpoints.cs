using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>The buckets that may be used: looked at, read and written to.</summary>
internal static class S3Endpoints
{
    /// <summary>Without a limit a folder is listed whole, as the reference's clients expect, up to this.</summary>
    private const int MostListed = 10_000;
    private const int LongestCursor = 4_096;
    private const int LongestLifetime = 7 * 24 * 3600;

    public static IEndpointRouteBuilder MapS3(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/s3").WithTags("S3");
        group.MapGet("/buckets", Buckets);
        group.MapGet("/list", List);
        group.MapGet("/preview", Preview);
        group.MapPost("/presign", Presign).Accepts<PresignRequest>("application/json");
        group.MapGet("/download", Download);
        group
            .MapPost("/upload", Upload)
            .DisableAntiforgery()
            .Accepts<IFormFile>(isOptional: true, "multipart/form-data", "*/*");
        return app;
    }

    /// <summary>The buckets that may be used; S3 itself is not asked.</summary>
    private static Ok<S3Buckets> Buckets(S3Options options) =>
        TypedResults.Ok(new S3Buckets(options.Buckets) { SyncBucket = options.SyncBucket });

    /// <summary>
    /// What lies directly below <c>prefix</c>: a page of <c>limit</c> with the next in the <c>Link</c> header and
    /// <c>next_cursor</c>; without a limit all, up to 10,000.
    /// </summary>
    private static async Task<Ok<S3Listing>> List(
        HttpContext http,
        ObjectStore store,
        string bucket,
        string? prefix,
        int? limit,
        string? cursor,
        CancellationToken cancellation
    )
    {
        prefix ??= "";
        Paging.CheckLimit(limit, S3Options.MostOfAPage);
        if (cursor is { Length: > LongestCursor })
            throw Paging.BadCursor();
        var path = store.Allow(new ObjectPath(bucket, prefix)).CheckPrefix();
        var folders = new List<S3Folder>();
        var files = new List<S3File>();
        do
        {
            var page = await store.ListAsync(
                path,
                byFolder: true,
                cursor,
                limit ?? store.Options.PageSize,
                cancellation
            );
            folders.AddRange(page.Folders.Select(folder => new S3Folder(Last(folder.AsSpan()[..^1]), folder)));
            files.AddRange(
                page.Objects.Where(item => item.Key != prefix || item.Size > 0)
                    .Select(item => new S3File(Last(item.Key), item.Key, item.Size, item.Modified))
            );
            cursor = page.Next;
        } while (cursor is not null && limit is null && folders.Count + files.Count < MostListed);
        if (cursor is not null)
            Paging.LinkNext(http, cursor);
        return TypedResults.Ok(
            new S3Listing
            {
                Bucket = bucket,
                Prefix = prefix,
                Folders = folders,
                Files = files,
                NextCursor = cursor,
            }
        );
    }

    /// <summary>What is in an object, from its first bytes.</summary>
    private static async Task<Ok<DatasetPreview>> Preview(
        string bucket,
        string key,
        S3Import import,
        CancellationToken cancellation
    ) => TypedResults.Ok(await import.PreviewAsync(new ObjectPath(bucket, key), cancellation));

    /// <summary>An address under which one object can be read, for <c>expires_in</c> seconds. S3 itself is not asked.</summary>
    private static async Task<Ok<PresignedUrl>> Presign(
        HttpRequest request,
        ObjectStore store,
        CancellationToken cancellation
    )
    {
        var wanted = await Problems.ReadJsonAsync(request, ContractJson.Default.PresignRequest, cancellation);
        if (wanted.ExpiresIn is < 1 or > LongestLifetime)
            throw new UserFacingException(
                $"expires_in is {wanted.ExpiresIn}; it takes 1 to {LongestLifetime} seconds, which is a week.",
                StatusCodes.Status422UnprocessableEntity
            );
        var path = store.Allow(new ObjectPath(wanted.Bucket, wanted.Key)).CheckKey();
        var url = await store.PresignAsync(path, TimeSpan.FromSeconds(wanted.ExpiresIn));
        return TypedResults.Ok(new PresignedUrl(url, path.Bucket, path.Key));
    }

    /// <summary>An address under which an object that is there can be read for an hour.</summary>
    private static async Task<Ok<PresignedUrl>> Download(
        string bucket,
        string key,
        ObjectStore store,
        CancellationToken cancellation
    )
    {
        var path = store.Allow(new ObjectPath(bucket, key)).CheckKey();
        if (await store.FindAsync(path, cancellation) is null)
            throw S3Failures.NoObject(path);
        var url = await store.PresignAsync(path, TimeSpan.FromHours(1));
        return TypedResults.Ok(new PresignedUrl(url, bucket, key));
    }

    /// <summary>Streams a file to S3: the first of a form, or the body as it is.</summary>
    private static async Task<Ok<S3Uploaded>> Upload(
        HttpRequest request,
        string bucket,
        string key,
        ObjectStore store,
        ObjectUpload upload,
        DatasetOptions limits,
        CancellationToken cancellation
    )
    {
        var path = store.Allow(new ObjectPath(bucket, key)).CheckKey();
        if (path.IsPrefix)
            throw new UserFacingException(
                $"The key '{ShownText.Cut(key)}' names a folder. Add the file's name to it.",
                StatusCodes.Status422UnprocessableEntity
            );
        var terms = new UploadTerms
        {
            Length = request.HasFormContentType ? null : request.ContentLength,
            Most = limits.MaxUploadBytes,
            TooLong = new UserFacingException(
                $"The upload is larger than {ByteSize.Format(limits.MaxUploadBytes)}. Send less, or raise {DatasetOptions.MaxUploadKey}.",
                StatusCodes.Status413PayloadTooLarge
            ),
        };
        if (terms.Length > terms.Most)
            throw terms.TooLong;
        var sent = request.HasFormContentType
            ? await UploadFirstFileAsync(request, path, upload, terms, cancellation)
            : await upload.SendAsync(path, request.Body, terms, cancellation);
        return TypedResults.Ok(new S3Uploaded("uploaded", bucket, key, sent.Size));
    }

    private static async Task<Sent> UploadFirstFileAsync(
        HttpRequest request,
        ObjectPath path,
        ObjectUpload upload,
        UploadTerms terms,
        CancellationToken cancellation
    )
    {
        const string wanted = "Send the file as multipart/form-data with 'file', or as the body itself.";
        await foreach (var part in MultipartForm.ReadAsync(request, wanted, cancellation))
        {
            if (part.FileName is not null)
                return await upload.SendAsync(path, part.Body, terms, cancellation);
        }
        throw new UserFacingException(wanted, StatusCodes.Status422UnprocessableEntity);
    }

    private static string Last(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..].ToString();
}
