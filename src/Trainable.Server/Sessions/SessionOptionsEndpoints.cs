using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

internal static class SessionOptionsEndpoints
{
    public static IEndpointRouteBuilder MapSessionOptions(this IEndpointRouteBuilder app)
    {
        app.MapPatch("/api/sessions/{id:guid}/options", Change).WithTags("Sessions");
        return app;
    }

    /// <summary>
    /// Changes how a session's runs are driven; what is left out stays as it is. A run that goes on keeps its terms, but for
    /// <c>approve_code</c> and <c>pause_before_stages</c>, which hold from now on.
    /// </summary>
    private static async Task<Results<Ok<RunOptions>, ProblemHttpResult>> Change(
        Guid id,
        HttpRequest request,
        TrainableDb db,
        IModels models,
        EventLog log,
        CancellationToken cancellation
    )
    {
        var change = await Problems.ReadJsonAsync(request, ContractJson.Default.RunOptions, cancellation);
        RunTerms.Check(change, models);
        var session = await db
            .Sessions.AsNoTracking()
            .Include(row => row.Experiment)
            .FirstOrDefaultAsync(row => row.Id == id, cancellation);
        if (session is null)
            return Problems.NotFound("Session not found");
        session.Options = RunTerms.ToJson(change.Over(RunTerms.OfSession(session)));
        await log.AppendAsync(new Append(id) { Changes = [new SetSessionOptions(session.Options)] }, cancellation);
        return TypedResults.Ok(RunTerms.Of(session));
    }
}
