using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Versions;

internal static class VersionEndpoints
{
    public static IEndpointRouteBuilder MapDatasetVersions(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/experiments/{id:guid}/versions").WithTags("Experiments");
        group.MapGet("", List);
        group.MapPost("", Add).DisableAntiforgery().Accepts<IFormFile>("multipart/form-data");
        return app;
    }

    /// <summary>The versions of the experiment's dataset, oldest first, each with how it differs from the one before.</summary>
    private static async Task<Results<Ok<IReadOnlyList<DatasetVersionItem>>, ProblemHttpResult>> List(
        Guid id,
        DatasetVersions versions,
        CancellationToken cancellation
    ) =>
        await versions.ListAsync(id, cancellation) is { } found
            ? TypedResults.Ok(found)
            : Problems.NotFound("Experiment not found");

    /// <summary>
    /// A new version: <c>files</c> or <c>uploads</c> as for a new experiment; of <c>options</c> only <c>sheet</c> and <c>main</c>
    /// count, the rest is the experiment's. Answers with a session on it.
    /// </summary>
    private static async Task<Results<Ok<DatasetVersionCreated>, ProblemHttpResult>> Add(
        Guid id,
        HttpRequest request,
        TrainableDb db,
        DatasetStore datasets,
        ResumableUploads resumable,
        DatasetVersions versions,
        CancellationToken cancellation
    )
    {
        if (!await db.Experiments.AnyAsync(row => row.Id == id, cancellation))
            return Problems.NotFound("Experiment not found");
        var dataset = Guid.CreateVersion7();
        await using var upload = datasets.Begin(dataset);
        var form = await ExperimentForm.ReadAsync(request, upload, resumable, cancellation);
        if (upload.Files.Count == 0)
            return Problems.Unprocessable("The field 'files' is missing: send at least one data file.");
        var created = await versions.AddAsync(id, dataset, form.Options, upload, cancellation);
        foreach (var done in form.Uploads)
            resumable.Delete(done);
        return TypedResults.Ok(created);
    }
}
