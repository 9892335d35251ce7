using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Metrics;

internal static class MetricEndpoints
{
    private const int MostPoints = 100_000;

    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/sessions/{id:guid}")
            .WithTags("Metrics")
            .MapGet("/metrics", ListMetrics)
            .WithVersion(SessionVersion.OfAsync);
        return app;
    }

    /// <summary>
    /// A session's metrics by step: all, or <c>limit</c> of them with the next page in the <c>Link</c> header, or with
    /// <c>max_points</c> each series thinned to what a chart can show (its ends, and the extremes between).
    /// </summary>
    private static async Task<
        Results<Ok<IAsyncEnumerable<MetricItem>>, Ok<IReadOnlyList<MetricItem>>, ProblemHttpResult>
    > ListMetrics(
        Guid id,
        HttpContext http,
        TrainableDb db,
        MetricQueries queries,
        CancellationToken cancellation,
        string? stage = null,
        string? name = null,
        [FromQuery(Name = "after_step")] long? afterStep = null,
        [FromQuery(Name = "max_points")] int? maxPoints = null,
        int? limit = null,
        string? cursor = null
    )
    {
        if (!await db.Sessions.AsNoTracking().AnyAsync(session => session.Id == id, cancellation))
            return Problems.NotFound("Session not found");
        Paging.CheckLimit(limit, MostPoints);
        var filter = new MetricFilter(id, stage, name, afterStep);
        if (maxPoints is { } most)
        {
            if (most is < SeriesThinner.Fewest or > MostPoints)
                return Problems.Unprocessable($"max_points lies between {SeriesThinner.Fewest} and {MostPoints:N0}.");
            if (limit is not null || cursor is not null)
                return Problems.Unprocessable("max_points thins whole series; it does not go with limit or cursor.");
            return TypedResults.Ok(await queries.ThinnedAsync(filter, most, cancellation));
        }
        if (limit is null && cursor is null)
            return TypedResults.Ok(queries.AllAsync(filter, cancellation));
        var after = cursor is null ? null : MetricCursor.Parse(cursor);
        var (items, next) = await queries.PageAsync(filter, after, limit ?? MostPoints, cancellation);
        if (next is not null)
            Paging.LinkNext(http, next.ToString());
        return TypedResults.Ok(items);
    }
}
