using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.S3;

namespace Trainable.Server.Sessions;

internal static class FromS3Endpoint
{
    public static IEndpointRouteBuilder MapFromS3(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/experiments/from-s3", Create)
            .WithTags("Experiments")
            .DisableAntiforgery()
            .Accepts<IFormFile>("multipart/form-data", "application/x-www-form-urlencoded");
        return app;
    }

    /// <summary>
    /// An experiment on an object (<c>s3_path=s3://bucket/data.csv</c>) or on all below a prefix
    /// (<c>s3_path=s3://bucket/folder/</c>), with <c>name</c> and the fields of an upload. It is copied now: what changes in S3
    /// later changes nothing here.
    /// </summary>
    private static async Task<Results<Ok<ExperimentCreated>, ProblemHttpResult>> Create(
        HttpRequest request,
        DatasetStore datasets,
        ExperimentCreation creation,
        S3Import import,
        IModels models,
        CancellationToken cancellation
    )
    {
        var form = await ExperimentForm.ReadFieldsAsync(request, cancellation);
        if (form.S3Path is not { } address)
            return Problems.Unprocessable(
                "The field 's3_path' is missing: name an object, or a prefix that ends in '/'."
            );
        var source = ObjectPath.Parse(address);
        if (form.Name is not { Length: > 0 } name)
            return Problems.Unprocessable("The field 'name' is missing: give the experiment a name.");
        NewExperiment.CheckName(name);
        if (form.Options.Run is { } terms)
            RunTerms.Check(terms, models);
        var id = Guid.CreateVersion7();
        await using var upload = datasets.Begin(id);
        var objects = await import.FetchAsync(source, upload, cancellation);
        var wanted = new NewExperiment
        {
            Name = name,
            Description = form.Description,
            Instructions = form.Instructions,
            Options = form.Options,
            Source = new S3Source(source.ToString(), objects),
        };
        return TypedResults.Ok(await creation.CreateAsync(id, wanted, upload, cancellation));
    }
}
