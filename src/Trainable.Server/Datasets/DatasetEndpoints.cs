using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Previews;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>Datasets before they are uploaded, and what became of them after.</summary>
internal static class DatasetEndpoints
{
    private const int MostBytes = 8 << 20;
    private const string InWords = "8 MiB";

    public static IEndpointRouteBuilder MapDatasets(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api").WithTags("Datasets");
        group.MapPost("/datasets/preview", Preview).DisableAntiforgery().Accepts<IFormFile>("multipart/form-data");
        group.MapGet("/experiments/{id:guid}/dataset", Facts);
        group
            .MapGet("/datasets/{id:guid}/images/{name}", Image)
            .Produces(StatusCodes.Status200OK, null, MediaTypeNames.Application.Octet);
        group.MapGet("/samples", Samples);
        return app;
    }

    /// <summary>
    /// What is in a file, from its first bytes: <c>file</c>, of at most 8 MiB; <c>size</c>, the bytes of the whole file, when
    /// there are more; <c>tail</c>, its last bytes, for Parquet; <c>sheet</c>, the sheet to show of an Excel workbook, which is
    /// sent whole.
    /// </summary>
    private static async Task<Ok<DatasetPreview>> Preview(
        HttpRequest request,
        PreviewReader reader,
        CancellationToken cancellation
    )
    {
        const string wanted = "Send the beginning of the file as multipart/form-data with 'file'.";
        string? name = null;
        byte[] head = [];
        byte[] tail = [];
        long? size = null;
        string? sheet = null;
        await foreach (var part in MultipartForm.ReadAsync(request, wanted, cancellation))
        {
            switch (part.Name)
            {
                case "file":
                    name = UploadName.Parse(part.FileName);
                    head = await part.ReadBytesAsync(MostBytes, InWords, cancellation);
                    break;
                case "tail":
                    tail = await part.ReadBytesAsync(MostBytes, InWords, cancellation);
                    break;
                case "sheet":
                    sheet = await part.ReadTextAsync(cancellation);
                    break;
                case "size":
                    size = ParseSize(await part.ReadTextAsync(cancellation));
                    break;
                default:
                    break;
            }
        }
        if (name is null)
            throw new UserFacingException(wanted, StatusCodes.Status422UnprocessableEntity);
        var parts = new PreviewParts
        {
            Name = name,
            Head = head,
            Tail = tail,
            Size = Math.Max(size ?? 0, head.Length),
            Sheet = sheet is { Length: > 0 } ? sheet : null,
        };
        return TypedResults.Ok(await reader.ReadAsync(parts, cancellation));
    }

    private static Results<Ok<DatasetFacts>, ProblemHttpResult> Facts(Guid id, DatasetStore datasets)
    {
        if (datasets.ReadManifest(id) is not { } manifest)
            return Problems.NotFound("Experiment not found");
        var holdout = manifest.Holdout;
        return TypedResults.Ok(
            new DatasetFacts
            {
                Kind = manifest.Kind,
                Files = [.. manifest.Files.Select(file => new DatasetFile(file.Name, file.Size, file.Sha256))],
                Format = manifest.Source?.Format,
                Sheet = manifest.Source?.Sheet,
                Sheets = manifest.Source?.Sheets,
                Table = manifest.WorkingFile,
                Beside = manifest.Beside is [] ? null : manifest.Beside,
                Note = manifest.Note,
                Dialect = manifest.Source is { } source ? PreviewReader.DialectOf(source, source.Gzip) : null,
                RowsTotal = manifest.RowsTotal,
                RowsWorking = manifest.RowsWorking,
                RowsHeld = manifest.RowsHeld,
                Columns = [.. manifest.Columns.Select(PreviewReader.Column)],
                Holdout = new HoldoutFacts(
                    holdout.Mode,
                    holdout.Strategy,
                    holdout.Column,
                    holdout.Fraction,
                    holdout.Seed,
                    holdout.Reason
                ),
            }
        );
    }

    /// <summary>An image of an image folder, by the name that the column <c>image</c> has.</summary>
    private static Results<FileStreamHttpResult, ProblemHttpResult> Image(
        Guid id,
        string name,
        HttpResponse response,
        DatasetStore datasets
    )
    {
        if (datasets.OpenImage(id, name) is not { } image)
            return Problems.NotFound("Image not found");
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        // Its name is its content's.
        headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Stream(image, ImageFile.TypeOf(name));
    }

    private static async Task<Ok<SampleItem[]>> Samples(SampleLibrary samples, CancellationToken cancellation) =>
        TypedResults.Ok(await samples.ListAsync(cancellation));

    private static long ParseSize(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new UserFacingException(
                "The field 'size' is the number of bytes of the whole file.",
                StatusCodes.Status422UnprocessableEntity
            );
}
