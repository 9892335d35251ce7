using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.Bundles;

/// <summary>Sessions to take away, and what others made of them.</summary>
internal static class BundleEndpoints
{
    private const string Zip = "application/zip";

    public static IEndpointRouteBuilder MapBundles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/sessions/{id:guid}/bundle", Export)
            .WithTags("Bundles")
            .Produces(StatusCodes.Status200OK, contentType: Zip)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        app.MapPost("/api/bundles/verify", Verify)
            .WithTags("Bundles")
            .Accepts<byte[]>(Zip)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        return app;
    }

    /// <summary>
    /// A zip with all that made the session's model, and the model: data, scripts, a notebook, metrics, a model card, a program
    /// that predicts. It is packed while it is sent.
    /// </summary>
    /// <param name="id">The session.</param>
    /// <param name="http">The request.</param>
    /// <param name="bundles">Writes it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="data">Whether the working rows are in it.</param>
    private static async Task Export(
        Guid id,
        HttpContext http,
        BundleExport bundles,
        CancellationToken cancellation,
        bool data = true
    )
    {
        using var bundle = await bundles.PrepareAsync(id, cancellation);
        http.Response.ContentType = Zip;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileName = $"trainable-{id}.zip",
        }.ToString();
        await bundles.WriteAsync(bundle, data, http.Response.Body, cancellation);
    }

    /// <summary>Checks a bundle, the zip in the request's body: its hashes, and whether its model comes out again. Takes as long as fitting does.</summary>
    private static async Task<Ok<BundleVerdict>> Verify(
        HttpRequest request,
        BundleVerifier verifier,
        TrainableHome home,
        DatasetOptions options,
        CancellationToken cancellation
    )
    {
        using var bundle = await BundleArchive.ReceiveAsync(request.Body, home, options, cancellation);
        return TypedResults.Ok(await verifier.VerifyAsync(bundle, cancellation));
    }
}
