using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models;

internal static class ModelEndpoints
{
    public static IEndpointRouteBuilder MapModels(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/models", List).WithTags("Models");
        return app;
    }

    private static Ok<IReadOnlyList<ModelItem>> List(IModels models) => TypedResults.Ok(models.List());
}
