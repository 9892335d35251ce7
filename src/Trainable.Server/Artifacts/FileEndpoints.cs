using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Artifacts;

/// <summary>Read-only access to the workspace: <c>/api/files/list</c>, <c>/tree</c>, <c>/read</c> and <c>/raw</c>.</summary>
internal static class FileEndpoints
{
    public const int LongestText = 8 * 1024 * 1024;
    public const int MostNodes = 20_000;

    /// <summary>No scripts, no forms, no requests, and an origin of its own: for documents that an agent wrote.</summary>
    private const string Confined =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:";

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static IEndpointRouteBuilder MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup("/api/files").WithTags("Files");
        files.MapGet("/list", List);
        files.MapGet("/tree", Tree);
        files.MapGet("/read", ReadAsync);
        files.MapGet("/zip", ZipAsync);
        files.MapMethods("/raw", [HttpMethods.Get, HttpMethods.Head], Raw);
        return app;
    }

    public static Results<Ok<FileListing>, ProblemHttpResult> List(WorkspaceFiles files, string? path = null)
    {
        if (WorkspacePath.Parse(path) is not { } folder)
            return Refuse(path, OpenFailure.Outside);
        return files.List(folder, out var failure) is { } entries
            ? TypedResults.Ok(new FileListing($"{folder}", entries))
            : Refuse(path, failure, "folder");
    }

    public static Results<Ok<FileNode>, ProblemHttpResult> Tree(WorkspaceFiles files, string? root = null)
    {
        if (WorkspacePath.Parse(root) is not { } folder)
            return Refuse(root, OpenFailure.Outside);
        return files.Tree(folder, MostNodes, out var failure) is { } node
            ? TypedResults.Ok(node)
            : Refuse(root, failure, "folder");
    }

    public static async Task<Results<Ok<FileContent>, ProblemHttpResult>> ReadAsync(
        WorkspaceFiles files,
        CancellationToken cancellation,
        string? path = null
    )
    {
        if (path is null or "")
            return Problems.Unprocessable("The query needs a path.");
        if (WorkspacePath.Parse(path) is not { } file)
            return Refuse(path, OpenFailure.Outside);
        var opened = files.OpenFile(file);
        using var handle = opened.Handle;
        if (handle is null)
            return Refuse(path, opened.Failure);
        if (opened.Status.Length > LongestText)
            return TooLong(file, opened.Status.Length);
        await using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        // One byte more than is allowed tells a file that has grown since.
        var bytes = new byte[Math.Min(opened.Status.Length + 64 * 1024, LongestText + 1)];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (length > LongestText)
            return TooLong(file, length);
        return Decode(bytes.AsSpan(0, length)) is { } text
            ? TypedResults.Ok(new FileContent($"{file}", text))
            : TypedResults.Problem(
                $"{file} is not text. Fetch it from /api/files/raw.",
                statusCode: StatusCodes.Status415UnsupportedMediaType
            );
    }

    public static Results<FileStreamHttpResult, ProblemHttpResult> Raw(
        HttpResponse response,
        WorkspaceFiles files,
        string? path = null,
        bool download = false
    )
    {
        if (path is null or "")
            return Problems.Unprocessable("The query needs a path.");
        if (WorkspacePath.Parse(path) is not { } file)
            return Refuse(path, OpenFailure.Outside);
        var opened = files.OpenFile(file);
        if (opened.Handle is not { } handle)
            return Refuse(path, opened.Failure);
        var type = ContentTypes.Of(file.Name);
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "private, no-cache";
        if (ContentTypes.CanRunScripts(type))
            headers.ContentSecurityPolicy = Confined;
        var status = opened.Status;
        return TypedResults.Stream(
            new FileStream(handle, FileAccess.Read, bufferSize: 0),
            type,
            download ? file.Name : null,
            status.Modified,
            new EntityTagHeaderValue($"\"{status.Inode:x}-{status.Length:x}-{status.ModifiedNanoseconds:x}\""),
            enableRangeProcessing: true
        );
    }

    /// <summary>A folder with all that is in it, packed while it is sent.</summary>
    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ZipAsync(
        HttpResponse response,
        WorkspaceFiles files,
        CancellationToken cancellation,
        string? path = null
    )
    {
        if (path is null or "")
            return Problems.Unprocessable("The query needs a path.");
        if (WorkspacePath.Parse(path) is not { } folder)
            return Refuse(path, OpenFailure.Outside);
        var opened = files.OpenFolder(folder);
        using var handle = opened.Handle;
        if (handle is null)
            return Refuse(path, opened.Failure, "folder");
        var name = folder.Relative.Replace('/', '-');
        response.ContentType = "application/zip";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileNameStar = name is "" ? "workspace.zip" : $"{name}.zip",
        }.ToString();
        await FolderZip.WriteAsync(handle, response.Body, cancellation);
        return TypedResults.Empty;
    }

    /// <summary>The text, or null when the bytes are not UTF-8 or hold a NUL, which no text does.</summary>
    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.Contains((byte)0) ? null : StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ProblemHttpResult TooLong(WorkspacePath file, long length) =>
        TypedResults.Problem(
            $"{file} has {length:N0} bytes; up to {LongestText:N0} are shown as text. Fetch it from /api/files/raw.",
            statusCode: StatusCodes.Status413PayloadTooLarge
        );

    private static ProblemHttpResult Refuse(string? path, OpenFailure failure, string kind = "file") =>
        failure switch
        {
            OpenFailure.Missing => Problems.NotFound($"There is no {kind} at {path}."),
            OpenFailure.WrongKind => Problems.NotFound($"What is at {path} is not a {kind}."),
            OpenFailure.Outside => Forbidden($"{path} is not in the workspace, or is a link; links are not followed."),
            _ => Forbidden($"The server may not read {path}."),
        };

    private static ProblemHttpResult Forbidden(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden);
}
