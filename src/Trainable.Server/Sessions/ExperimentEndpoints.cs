using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

internal static class ExperimentEndpoints
{
    private const int MostListed = 1_000;

    public static IEndpointRouteBuilder MapExperiments(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/experiments").WithTags("Experiments");
        group.MapGet("", List).WithVersion(ListVersion);
        group.MapPost("", Create).DisableAntiforgery().Accepts<IFormFile>("multipart/form-data");
        group.MapGet("/{id:guid}", Get);
        group.MapDelete("/{id:guid}", Delete);
        group.MapPost("/{id:guid}/sessions", AddSession);
        return app;
    }

    /// <summary>
    /// Experiments, newest first: all, or <c>limit</c> of them with the next page in the <c>Link</c> header. <c>q</c> finds
    /// words of name and description, <c>state</c> the newest session's state.
    /// </summary>
    private static async Task<Results<Ok<ExperimentSummary[]>, ProblemHttpResult>> List(
        HttpContext http,
        ExperimentQueries queries,
        CancellationToken cancellation,
        int? limit = null,
        string? cursor = null,
        string? q = null,
        string? state = null
    )
    {
        Paging.CheckLimit(limit, MostListed);
        if (state is not null && !SessionStates.All.Contains(state))
            return Problems.Unprocessable(
                $"There is no state '{state}'; states are {string.Join(", ", SessionStates.All)}."
            );
        var filter = new ExperimentFilter
        {
            // One more than asked for tells whether there is a next page.
            Limit = limit + 1,
            After = cursor is null ? null : ExperimentCursor.Parse(cursor),
            Text = q,
            State = state,
        };
        var found = await queries.ListAsync(filter, cancellation);
        if (limit is { } most && found.Length > most)
        {
            found = found[..most];
            Paging.LinkNext(http, new ExperimentCursor(found[^1].CreatedAt, found[^1].Id).ToString());
        }
        return TypedResults.Ok(found);
    }

    private static async Task<FormattableString?> ListVersion(HttpContext http) =>
        await http.RequestServices.GetRequiredService<ExperimentQueries>().VersionAsync(http.RequestAborted);

    private static async Task<Results<Ok<ExperimentDetail>, ProblemHttpResult>> Get(
        Guid id,
        ExperimentQueries queries,
        CancellationToken cancellation
    ) =>
        await queries.FindAsync(id, cancellation) is { } detail
            ? TypedResults.Ok(detail)
            : Problems.NotFound("Experiment not found");

    /// <summary>Takes the dataset as it streams in; nothing is kept when the upload or its check fails.</summary>
    private static async Task<Results<Ok<ExperimentCreated>, ProblemHttpResult>> Create(
        HttpRequest request,
        DatasetStore datasets,
        TrainableDb db,
        IModels models,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var id = Guid.CreateVersion7();
        await using var upload = datasets.Begin(id);
        var form = await ExperimentForm.ReadAsync(request, upload, cancellation);
        if (form.Name is not { Length: > 0 } name)
            return Problems.Unprocessable("The field 'name' is missing: give the experiment a name.");
        if (form.Files.Count == 0)
            return Problems.Unprocessable("The field 'files' is missing: send at least one data file.");
        if (form.Options.Run is { } terms)
            RunTerms.Check(terms, models);
        var manifest = await upload.CompleteAsync(form.Options, cancellation);

        var folder = $"s3://datasets/datasets/{id}/";
        var now = clock.GetUtcNow().UtcDateTime;
        var experiment = new Experiment
        {
            Id = id,
            Name = name,
            Description = form.Description,
            Instructions = form.Instructions,
            DatasetRef = form.Files.Count == 1 ? folder + form.Files[0] : folder,
            Options = JsonSerializer.Serialize(
                form.Options with
                {
                    Holdout = manifest.Holdout.Mode,
                },
                ContractJson.Default.ExperimentOptions
            ),
            CreatedAt = now,
        };
        var session = SessionEndpoints.NewSession(id, now);
        db.Add(experiment);
        db.Add(session);
        try
        {
            await db.SaveNewAsync(
                stop => db.Experiments.AsNoTracking().AnyAsync(row => row.Id == id, stop),
                cancellation
            );
        }
        catch
        {
            datasets.Delete(id);
            throw;
        }
        return TypedResults.Ok(
            new ExperimentCreated
            {
                Id = id,
                Name = experiment.Name,
                Description = experiment.Description,
                DatasetRef = experiment.DatasetRef,
                Instructions = experiment.Instructions,
                SessionId = session.Id,
                UploadedFiles = [.. form.Files.Select(file => folder + file)],
            }
        );
    }

    private static async Task<Results<Ok<Deleted>, ProblemHttpResult>> Delete(
        Guid id,
        ExperimentRemoval removal,
        CancellationToken cancellation
    ) =>
        await removal.RemoveAsync(id, cancellation)
            ? TypedResults.Ok(new Deleted(true))
            : Problems.NotFound("Experiment not found");

    /// <summary>Another session of the experiment; the optional body says how its runs are driven.</summary>
    private static async Task<Results<Ok<SessionSummary>, ProblemHttpResult>> AddSession(
        Guid id,
        HttpRequest request,
        TrainableDb db,
        IModels models,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (!await db.Experiments.AnyAsync(experiment => experiment.Id == id, cancellation))
            return Problems.NotFound("Experiment not found");
        var options = await Problems.ReadOptionalJsonAsync(request, ContractJson.Default.RunOptions, cancellation);
        if (options is not null)
            RunTerms.Check(options, models);
        var session = SessionEndpoints.NewSession(id, clock.GetUtcNow().UtcDateTime);
        session.Options = options is null ? null : RunTerms.ToJson(options);
        db.Add(session);
        await db.SaveNewAsync(
            stop => db.Sessions.AsNoTracking().AnyAsync(row => row.Id == session.Id, stop),
            cancellation
        );
        return TypedResults.Ok(SessionQueries.Summary(session));
    }
}
