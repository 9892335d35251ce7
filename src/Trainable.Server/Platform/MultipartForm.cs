using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Trainable.Server.Platform;

/// <summary>One field of a multipart form as it streams in; its body is read before the next one is asked for.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="FileName">Null for a text field.</param>
/// <param name="Body">Its content.</param>
internal sealed record FormPart(string Name, string? FileName, Stream Body)
{
    public const int MostTextBytes = 1 << 20;

    /// <exception cref="UserFacingException">It is longer than 1 MiB (413).</exception>
    public async Task<string> ReadTextAsync(CancellationToken cancellation) =>
        Encoding.UTF8.GetString(await ReadBytesAsync(MostTextBytes, "1 MiB", cancellation));

    /// <exception cref="UserFacingException">It is longer than is allowed (413).</exception>
    public async Task<byte[]> ReadBytesAsync(int most, string inWords, CancellationToken cancellation)
    {
        var buffer = new byte[most + 1];
        var length = await Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= most ? buffer[..length] : throw TooLong(Name, inWords);
    }

    public static UserFacingException TooLong(string field, string most) =>
        new($"The field '{field}' is over {most}. Send less.", StatusCodes.Status413PayloadTooLarge);
}

/// <summary>Reads <c>multipart/form-data</c> part by part: files are never held whole.</summary>
internal static class MultipartForm
{
    /// <param name="request">Whose body it is.</param>
    /// <param name="wanted">The sentence for a body that is something else.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UserFacingException">The body is no such form (422).</exception>
    public static async IAsyncEnumerable<FormPart> ReadAsync(
        HttpRequest request,
        string wanted,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary
        )
            throw new UserFacingException(wanted, StatusCodes.Status422UnprocessableEntity);
        var reader = new MultipartReader(boundary, request.Body);
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                continue;
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
            yield return new FormPart(name, FileNameOf(disposition), section.Body);
        }
    }

    private static string? FileNameOf(ContentDispositionHeaderValue disposition)
    {
        if (!disposition.IsFileDisposition())
            return null;
        return HeaderUtilities.RemoveQuotes(disposition.FileNameStar).Value is { Length: > 0 } star
            ? star
            : HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "";
    }
}
