using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Predictions;

/// <summary>A session's model on new rows, for people. No tool of an agent's leads here.</summary>
internal static class PredictionEndpoints
{
    /// <summary>Of a CSV answer: what else there is to say, as a JSON list of sentences.</summary>
    public const string NotesHeader = "Trainable-Notes";

    private const string Csv = "text/csv";
    private const string Zip = "application/zip";
    private const int MostNotesInHeader = 20;

    public static IEndpointRouteBuilder MapPredictions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions/{id:guid}/predict").WithTags("Predictions");
        group.MapGet("", Form);
        group
            .MapPost("", Predict)
            .Accepts<PredictRequest>("application/json", Csv, Zip, "image/*")
            .Produces<PredictionResult>(StatusCodes.Status200OK, "application/json", Csv)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        return app;
    }

    /// <summary>What the session's model takes and gives. The model is loaded for it and then stays warm for a while.</summary>
    private static async Task<Ok<PredictionForm>> Form(
        Guid id,
        PredictionService predictions,
        CancellationToken cancellation
    ) => TypedResults.Ok(await predictions.FormAsync(id, cancellation));

    /// <summary>
    /// Predicts rows of raw columns, given as JSON or as CSV (<c>Content-Type: text/csv</c>, any delimiter), or images, as one image
    /// (<c>image/png</c> and the like) or a zip archive; answers with JSON, or with <c>Accept: text/csv</c> with the same rows and
    /// what was predicted of them.
    /// </summary>
    /// <param name="id">The session.</param>
    /// <param name="name">For an image body: what it is called in the answer.</param>
    /// <param name="explain">For a body that is not JSON: say of each of the first 100 rows how its columns moved the prediction.</param>
    /// <param name="threshold">For a body that is not JSON: the positive class from this probability on.</param>
    /// <param name="http">The request.</param>
    /// <param name="predictions">Predicts.</param>
    /// <param name="images">Makes rows of images.</param>
    /// <param name="home">Where a table is kept meanwhile.</param>
    /// <param name="options">How large a table may be.</param>
    /// <param name="cancellation">Ends it.</param>
    private static async Task Predict(
        Guid id,
        HttpContext http,
        PredictionService predictions,
        ImageRows images,
        TrainableHome home,
        DatasetOptions options,
        CancellationToken cancellation,
        bool explain = false,
        double? threshold = null,
        string? name = null
    )
    {
        var terms = new PredictionTerms(explain, threshold);
        var (kind, body) = (KindOf(http.Request), http.Request.Body);
        if (kind != BodyKind.Json)
        {
            using var table = kind switch
            {
                BodyKind.Image => await images.ReceiveAsync(body, ImageName(name), cancellation),
                BodyKind.Archive => await images.ReceiveAsync(body, name: null, cancellation),
                _ => await CsvRows.ReceiveAsync(body, home, options, cancellation),
            };
            await AnswerAsync(id, http, predictions, table, terms, home, cancellation);
            return;
        }
        var request = await Problems.ReadJsonAsync(http.Request, ContractJson.Default.PredictRequest, cancellation);
        if (request.Rows is null)
            throw PredictionRefusals.Unprocessable("The field 'rows' is null: send a list of objects.");
        terms = new PredictionTerms(request.Explain || explain, request.Threshold ?? threshold);
        await AnswerAsync(id, http, predictions, new JsonRows(request.Rows), terms, home, cancellation);
    }

    private static async Task AnswerAsync(
        Guid id,
        HttpContext http,
        PredictionService predictions,
        IRowSource rows,
        PredictionTerms terms,
        TrainableHome home,
        CancellationToken cancellation
    )
    {
        if (!WantsCsv(http.Request))
        {
            var list = new PredictionList();
            var result = await predictions.PredictAsync(id, rows, terms, list, cancellation);
            await http.Response.WriteAsJsonAsync(
                result with
                {
                    Rows = list.Rows,
                },
                ContractJson.Default.PredictionResult,
                cancellationToken: cancellation
            );
            return;
        }
        // Written whole before any of it is sent: a later row may turn out not to fit.
        var folder = TrainableHome.Make(Path.Combine(home.Scratch, $"predicted-{Guid.CreateVersion7():N}"));
        try
        {
            var file = Path.Combine(folder, "predictions.csv");
            PredictionResult result;
            using (var sink = new PredictionCsv(file, [.. rows.Names.Take(rows.Shown)], terms.Explain))
                result = await predictions.PredictAsync(id, rows, terms, sink, cancellation);
            http.Response.ContentType = $"{Csv}; charset=utf-8";
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers[NotesHeader] = JsonSerializer.Serialize(
                [.. result.Notes.Take(MostNotesInHeader)],
                ContractJson.Default.IReadOnlyListString
            );
            http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
            {
                FileName = "predictions.csv",
            }.ToString();
            await using var stream = new FileStream(
                file,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0
            );
            await stream.CopyToAsync(http.Response.Body, cancellation);
        }
        finally
        {
            TreeRemoval.Delete(folder);
        }
    }

    private enum BodyKind
    {
        Json,
        Table,
        Image,
        Archive,
    }

    private static BodyKind KindOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return BodyKind.Json;
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
            return BodyKind.Image;
        return type.MediaType.ToString().ToLowerInvariant() switch
        {
            Zip => BodyKind.Archive,
            Csv or "text/tab-separated-values" or "text/plain" => BodyKind.Table,
            _ => BodyKind.Json,
        };
    }

    private static string ImageName(string? name) => name is { Length: > 0 } ? UploadName.Parse(name) : "image";

    private static bool WantsCsv(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase));
}
