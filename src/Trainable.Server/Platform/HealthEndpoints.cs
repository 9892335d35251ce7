using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;

namespace Trainable.Server.Platform;

internal static class HealthEndpoints
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/health").WithTags("Health");
        group.MapGet("", Ok);
        group.MapGet("/live", Ok);
        return app;
    }

    /// <summary>Answers at once whatever else is slow or broken: it asks nothing of anybody.</summary>
    private static Ok<Health> Ok() => TypedResults.Ok(new Health("ok"));
}
