using System.Globalization;
using System.Text;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Resumable;

/// <summary>
/// The tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload) with its extensions creation, termination and
/// expiration: any client of it can send a file. <c>POST /api/experiments</c> then takes the upload's id as <c>uploads</c>.
/// </summary>
internal static class ResumableEndpoints
{
    private const string Version = "1.0.0";
    private const string Content = "application/offset+octet-stream";

    public static IEndpointRouteBuilder MapResumableUploads(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/uploads").WithTags("Datasets").AddEndpointFilter(CheckVersion);
        group.MapMethods("", [HttpMethods.Options], Options).Produces(StatusCodes.Status204NoContent);
        group.MapPost("", Create).Produces(StatusCodes.Status201Created);
        group.MapMethods("/{id:guid}", [HttpMethods.Head], Head).Produces(StatusCodes.Status200OK);
        group.MapPatch("/{id:guid}", Append).Accepts<Stream>(Content).Produces(StatusCodes.Status204NoContent);
        group.MapDelete("/{id:guid}", Delete).Produces(StatusCodes.Status204NoContent);
        return app;
    }

    private static ValueTask<object?> CheckVersion(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var isSpoken = HttpMethods.IsOptions(http.Request.Method) || http.Request.Headers["Tus-Resumable"] == Version;
        // As the answer starts: what is refused with an exception loses the headers that it had before.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers["Tus-Resumable"] = Version;
            if (!isSpoken)
                http.Response.Headers["Tus-Version"] = Version;
            return Task.CompletedTask;
        });
        return isSpoken
            ? next(context)
            : throw new UserFacingException(
                $"Uploads in pieces speak tus {Version}. Send the header 'Tus-Resumable: {Version}'.",
                StatusCodes.Status412PreconditionFailed
            );
    }

    private static IResult Options(HttpResponse response, ResumableUploads uploads)
    {
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = "creation,termination,expiration";
        response.Headers["Tus-Max-Size"] = uploads.MaxBytes.ToString(CultureInfo.InvariantCulture);
        return TypedResults.NoContent();
    }

    /// <summary>Announces a file: <c>Upload-Length</c> in bytes, and <c>Upload-Metadata</c> with its <c>filename</c>.</summary>
    private static IResult Create(HttpRequest request, HttpResponse response, ResumableUploads uploads)
    {
        var upload = uploads.Create(
            FileName(request.Headers["Upload-Metadata"].ToString()),
            Number(request, "Upload-Length")
        );
        Describe(response, upload);
        return TypedResults.Created($"/api/uploads/{upload.Id}");
    }

    /// <summary>Where the upload stands: <c>Upload-Offset</c> of <c>Upload-Length</c> bytes.</summary>
    private static IResult Head(Guid id, HttpResponse response, ResumableUploads uploads)
    {
        if (uploads.Find(id) is not { } upload)
            return TypedResults.NotFound();
        response.Headers.CacheControl = "no-store";
        Describe(response, upload);
        return TypedResults.Ok();
    }

    /// <summary>The bytes that follow <c>Upload-Offset</c>; as many as there are, up to the end.</summary>
    private static async Task<IResult> Append(
        Guid id,
        HttpRequest request,
        HttpResponse response,
        ResumableUploads uploads
    )
    {
        if (request.ContentType != Content)
            throw new UserFacingException(
                $"A piece of an upload has the content type {Content}.",
                StatusCodes.Status415UnsupportedMediaType
            );
        var offset = Number(request, "Upload-Offset");
        if (uploads.Find(id) is not { } upload)
            return Problems.NotFound("There is no such upload. It may have expired; send the file again.");
        // Not the request's own token: what has come is kept, whoever hung up.
        var reached = await uploads.AppendAsync(upload, offset, request.BodyReader, CancellationToken.None);
        Describe(response, upload with { Offset = reached });
        return TypedResults.NoContent();
    }

    private static IResult Delete(Guid id, ResumableUploads uploads) =>
        uploads.Delete(id) ? TypedResults.NoContent() : Problems.NotFound("There is no such upload.");

    private static void Describe(HttpResponse response, ResumableUpload upload)
    {
        response.Headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Length"] = upload.Length.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Expires"] = upload.Expires.ToString("R", CultureInfo.InvariantCulture);
    }

    private static long Number(HttpRequest request, string header) =>
        long.TryParse(request.Headers[header], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UserFacingException($"The header '{header}' is missing or no number of bytes.");

    /// <summary>Pairs of a key and a value in base64, with commas between them.</summary>
    private static string? FileName(string metadata)
    {
        foreach (var pair in metadata.Split(',', StringSplitOptions.TrimEntries))
        {
            if (pair.Split(' ') is not ["filename", var value])
                continue;
            var bytes = new byte[value.Length];
            return Convert.TryFromBase64String(value, bytes, out var length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new UserFacingException("The 'filename' of 'Upload-Metadata' is no base64.");
        }
        throw new UserFacingException("The header 'Upload-Metadata' names no 'filename'. Send it in base64.");
    }
}
