using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Trainable.Contracts;

namespace Trainable.Server.Platform;

internal static class HealthEndpoints
{
    private const string Root = "/api/health";

    public static bool IsHealth(PathString path) => path.StartsWithSegments(Root, StringComparison.Ordinal);

    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Root).WithTags("Health");
        group.MapGet("", Ok);
        group.MapGet("/live", Ok);
        group.MapGet("/ready", Ready);
        return app;
    }

    /// <summary>Answers at once whatever else is slow or broken: it asks nothing of anybody.</summary>
    private static Ok<Health> Ok() => TypedResults.Ok(new Health("ok"));

    /// <summary>Asks everything that requests need; 503 names what is missing.</summary>
    private static async Task<Results<Ok<Readiness>, JsonHttpResult<Readiness>>> Ready(
        HealthCheckService health,
        CancellationToken cancellation
    )
    {
        var report = await health.CheckHealthAsync(cancellation);
        var checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => entry.Value.Status == HealthStatus.Healthy ? "ok" : entry.Value.Description ?? "not available"
        );
        return report.Status == HealthStatus.Healthy
            ? TypedResults.Ok(new Readiness("ready", checks))
            : TypedResults.Json(
                new Readiness("unavailable", checks),
                ContractJson.Default.Readiness,
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
    }
}
