using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>What the host measured of a session's models. It quotes held rows: it is for people, and no tool of an agent's reaches it.</summary>
internal static class EvaluationEndpoints
{
    public static IEndpointRouteBuilder MapEvaluations(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/sessions/{id:guid}/evaluation", Get).WithTags("Sessions");
        return app;
    }

    /// <param name="id">The session.</param>
    /// <param name="run">One of its Train runs; without it the newest that has been measured.</param>
    private static async Task<Results<Ok<Evaluation>, ProblemHttpResult>> Get(
        Guid id,
        Guid? run,
        TrainableDb db,
        EvaluationStore evaluations,
        CancellationToken cancellation
    )
    {
        var experiment = await db
            .Sessions.Where(session => session.Id == id)
            .Select(session => (Guid?)(session.DatasetId ?? session.ExperimentId))
            .FirstOrDefaultAsync(cancellation);
        if (experiment is null)
            return Problems.NotFound("Session not found");
        var newest = await db
            .StageRuns.Where(one => one.SessionId == id && one.Score != null && (run == null || one.Id == run))
            .OrderByDescending(one => one.StartedAt)
            .Select(one => (Guid?)one.Id)
            .FirstOrDefaultAsync(cancellation);
        var found = newest is null
            ? null
            : await evaluations.ReadAsync(experiment.Value, id, newest.Value, cancellation);
        return found is null
            ? Problems.NotFound(
                "No model of this session has been measured: Train has not ended yet, or no rows are held."
            )
            : TypedResults.Ok(found);
    }
}
