using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
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
    /// Changes how a session's runs are driven; what is left out stays as it is. Approvals and pauses hold
    /// from now on, the rest from the next stage on.
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
        List<RowChange> changes = [new SetSessionOptions(session.Options)];
        var running = await db
            .StageRuns.AsNoTracking()
            .FirstOrDefaultAsync(run => run.SessionId == id && run.Status == RunStatuses.Running, cancellation);
        if (running is not null)
            changes.Add(new SetRunOptions(running.Id, RunTerms.ToJson(change.Over(RunTerms.OfRun(running)))));
        await log.AppendAsync(new Append(id) { Changes = changes }, cancellation);
        return TypedResults.Ok(RunTerms.Of(session));
    }
}
