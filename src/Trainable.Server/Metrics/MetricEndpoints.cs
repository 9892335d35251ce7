using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Metrics;

internal static class MetricEndpoints
{
    private const int DefaultLimit = 100_000;

    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/sessions/{id:guid}").WithTags("Metrics").MapGet("/metrics", ListMetrics);
        return app;
    }

    /// <summary>A session's metrics by step. <c>after_step</c> and <c>limit</c> page through long series.</summary>
    private static async Task<Results<Ok<MetricItem[]>, ProblemHttpResult>> ListMetrics(
        Guid id,
        string? stage,
        string? name,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "after_step")] long? afterStep,
        int? limit,
        TrainableDb db,
        CancellationToken cancellation
    )
    {
        if (!await db.Sessions.AsNoTracking().AnyAsync(session => session.Id == id, cancellation))
            return Problems.NotFound("Session not found");
        if (limit is < 1 or > DefaultLimit)
            return Problems.Unprocessable($"limit lies between 1 and {DefaultLimit:N0}.");
        var rows = db.Metrics.AsNoTracking().Where(metric => metric.SessionId == id);
        if (stage is not null)
            rows = rows.Where(metric => metric.Stage == stage);
        if (name is not null)
            rows = rows.Where(metric => metric.Name == name);
        if (afterStep is not null)
            rows = rows.Where(metric => metric.Step > afterStep);
        return TypedResults.Ok(
            await rows.OrderBy(metric => metric.Step)
                .ThenBy(metric => metric.Id)
                .Take(limit ?? DefaultLimit)
                .Select(metric => new MetricItem
                {
                    Step = metric.Step,
                    Name = metric.Name,
                    Value = metric.Value,
                    Stage = metric.Stage,
                    RunTag = metric.RunTag,
                    CreatedAt = metric.CreatedAt,
                })
                .ToArrayAsync(cancellation)
        );
    }
}
