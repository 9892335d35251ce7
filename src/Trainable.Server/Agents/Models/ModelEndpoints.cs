using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Agents.Recordings;

namespace Trainable.Server.Agents.Models;

internal static class ModelEndpoints
{
    public static IEndpointRouteBuilder MapModels(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/models", List).WithTags("Models");
        return app;
    }

    /// <summary>The models worth offering; with <c>experiment</c> also its sessions whose recorded replies can run again.</summary>
    private static async Task<Ok<IReadOnlyList<ModelItem>>> List(
        IModels models,
        RecordedRuns recordings,
        CancellationToken cancellation,
        Guid? experiment = null
    )
    {
        await models.RefreshAsync(cancellation);
        if (experiment is not { } id)
            return TypedResults.Ok(models.List());
        var recorded = await recordings.SessionsOfAsync(id, cancellation);
        return TypedResults.Ok<IReadOnlyList<ModelItem>>([
            .. models.List(),
            .. recorded.Select(session =>
                models.Describe(RecordingName.Of(session)).ToItem(available: true, reason: null)
            ),
        ]);
    }
}
