using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Replays;

internal static class ReplayEndpoints
{
    public static IEndpointRouteBuilder MapReplays(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/sessions/{id:guid}/replay", Start).WithTags("Sessions");
        return app;
    }

    /// <summary>
    /// Runs a session's recorded replies again in a new session on the same data: no model is asked, no key is needed and
    /// nothing is paid. What of its files is the same the new session's <c>replay</c> event says.
    /// </summary>
    private static async Task<Results<Ok<ReplayStarted>, ProblemHttpResult>> Start(
        Guid id,
        TrainableDb db,
        ReplayRuns replays,
        ExperimentCreation creation,
        ISessions sessions,
        CancellationToken cancellation
    )
    {
        var original = await db.Sessions.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancellation);
        if (original is null)
            return Problems.NotFound("Session not found");
        await replays.CheckAsync(id, cancellation);
        var options = RunTerms.OfSession(original) with
        {
            Model = RecordingName.Of(id),
            Models = null,
            Thinking = null,
            Budget = null,
            SessionBudget = null,
            PauseBeforeStages = false,
        };
        var session = await creation.AddSessionAsync(original.ExperimentId, options, cancellation, like: original);
        if (session is null)
            return Problems.NotFound("Session not found");
        var result = await sessions.StartAsync(
            session.Id,
            new StartCommand { Stage = null, ContinueTo = Stages.Train },
            cancellation
        );
        return result is StartResult.Started started
            ? TypedResults.Ok(new ReplayStarted(session.Id, "started", started.State))
            : throw new InvalidOperationException($"A replay that was checked did not start: {result}.");
    }
}
