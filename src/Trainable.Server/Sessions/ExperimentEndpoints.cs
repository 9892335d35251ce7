using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Platform;
using Trainable.Server.Sessions.Gallery;

namespace Trainable.Server.Sessions;

internal static class ExperimentEndpoints
{
    private const int MostListed = 1_000;
    private const int MostSummarised = 200;

    public static IEndpointRouteBuilder MapExperiments(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/experiments").WithTags("Experiments");
        group.MapGet("", List).WithVersion(ListVersion);
        group.MapGet("/totals", Totals).WithVersion(ListVersion);
        group.MapPost("", Create).DisableAntiforgery().Accepts<IFormFile>("multipart/form-data");
        group.MapPost("/from-sample", CreateFromSample).Accepts<FromSampleRequest>("application/json");
        group.MapGet("/{id:guid}", Get);
        group.MapPatch("/{id:guid}", Update).Accepts<UpdateExperimentRequest>("application/json");
        group.MapDelete("/{id:guid}", Delete);
        group.MapPost("/{id:guid}/sessions", AddSession);
        return app;
    }

    /// <summary>
    /// Experiments, newest first: all, or <c>limit</c> of them with the next page in the <c>Link</c> header. <c>q</c> finds
    /// words of name and description, <c>state</c> the newest session's state. <c>include=summary</c> adds what a gallery
    /// shows, at most <see cref="MostSummarised"/> a page.
    /// </summary>
    private static async Task<Results<Ok<ExperimentSummary[]>, ProblemHttpResult>> List(
        HttpContext http,
        ExperimentQueries queries,
        GalleryQueries gallery,
        CancellationToken cancellation,
        int? limit = null,
        string? cursor = null,
        string? q = null,
        string? state = null,
        string? include = null,
        string? sort = null,
        string? model = null,
        string? ids = null
    )
    {
        Paging.CheckLimit(limit, MostListed);
        var states = state is null ? null : GalleryFilter.StatesOf(state);
        if (include is null && sort is null && model is null && ids is null && states is null or [_])
        {
            var plain = new ExperimentFilter
            {
                After = cursor is null ? null : ExperimentCursor.Parse(cursor),
                Text = q,
                State = states?[0],
            };
            return await ListPlainlyAsync(http, queries, plain, limit, cancellation);
        }
        if (include is not (null or "summary"))
            return Problems.Unprocessable($"There is nothing called '{include}' to include; there is 'summary'.");
        var summaries = include is not null;
        var filter = new GalleryFilter
        {
            Limit = limit ?? (summaries ? MostSummarised : int.MaxValue - 1),
            Order = sort is null ? GalleryOrder.Newest : GalleryOrder.Parse(sort),
            After = cursor is null ? null : GalleryCursor.Parse(cursor),
            Text = q,
            States = states,
            Model = model,
            Ids = ids is null ? null : GalleryFilter.ParseIds(ids),
        };
        var (items, next) = await gallery.ListAsync(filter, summaries, cancellation);
        if (next is not null)
            Paging.LinkNext(http, next.ToString());
        return TypedResults.Ok(items);
    }

    /// <summary>As the reference lists them: what is asked for most, and read the fastest.</summary>
    private static async Task<Results<Ok<ExperimentSummary[]>, ProblemHttpResult>> ListPlainlyAsync(
        HttpContext http,
        ExperimentQueries queries,
        ExperimentFilter filter,
        int? limit,
        CancellationToken cancellation
    )
    {
        // One more than asked for tells whether there is a next page.
        var found = await queries.ListAsync(filter with { Limit = limit + 1 }, cancellation);
        if (limit is { } most && found.Length > most)
        {
            found = found[..most];
            Paging.LinkNext(http, new ExperimentCursor(found[^1].CreatedAt, found[^1].Id).ToString());
        }
        return TypedResults.Ok(found);
    }

    private static async Task<Ok<ExperimentTotals>> Totals(GalleryQueries gallery, CancellationToken cancellation) =>
        TypedResults.Ok(await gallery.TotalsAsync(cancellation));

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
        ResumableUploads resumable,
        ExperimentCreation creation,
        IModels models,
        CancellationToken cancellation
    )
    {
        var id = Guid.CreateVersion7();
        await using var upload = datasets.Begin(id);
        var form = await ExperimentForm.ReadAsync(request, upload, resumable, cancellation);
        if (form.Name is not { Length: > 0 } name)
            return Problems.Unprocessable("The field 'name' is missing: give the experiment a name.");
        if (upload.Files.Count == 0)
            return Problems.Unprocessable("The field 'files' is missing: send at least one data file.");
        if (form.Options.Run is { } terms)
            RunTerms.Check(terms, models);
        var wanted = new NewExperiment
        {
            Name = name,
            Description = form.Description,
            Instructions = form.Instructions,
            Options = form.Options,
        };
        var created = await creation.CreateAsync(id, wanted, upload, cancellation);
        foreach (var done in form.Uploads)
            resumable.Delete(done);
        return TypedResults.Ok(created);
    }

    /// <summary>An experiment on a dataset that comes with Trainable.</summary>
    private static async Task<Ok<ExperimentCreated>> CreateFromSample(
        HttpRequest request,
        SampleExperiments samples,
        CancellationToken cancellation
    )
    {
        var body = await Problems.ReadJsonAsync(request, ContractJson.Default.FromSampleRequest, cancellation);
        return TypedResults.Ok(await samples.CreateAsync(body, cancellation));
    }

    /// <summary>Changes name and texts; what a field leaves out stays. A stage that runs keeps what it was started with.</summary>
    private static async Task<Results<Ok<ExperimentSummary>, ProblemHttpResult>> Update(
        Guid id,
        HttpRequest request,
        ExperimentCreation creation,
        ExperimentQueries queries,
        CancellationToken cancellation
    )
    {
        var body = await Problems.ReadJsonAsync(request, ContractJson.Default.UpdateExperimentRequest, cancellation);
        return await creation.UpdateAsync(id, body, cancellation)
            ? TypedResults.Ok(await queries.SummaryAsync(id, cancellation))
            : Problems.NotFound("Experiment not found");
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
        ExperimentCreation creation,
        HttpRequest request,
        IModels models,
        CancellationToken cancellation
    )
    {
        var options = await Problems.ReadOptionalJsonAsync(request, ContractJson.Default.RunOptions, cancellation);
        if (options is not null)
            RunTerms.Check(options, models);
        return await creation.AddSessionAsync(id, options, cancellation) is { } session
            ? TypedResults.Ok(session)
            : Problems.NotFound("Experiment not found");
    }
}
