using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

internal static class UsageEndpoints
{
    public static IEndpointRouteBuilder MapUsage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/usage", All).WithTags("Usage");
        app.MapGet("/api/sessions/{id:guid}/usage", OfSession).WithTags("Usage");
        return app;
    }

    /// <summary>What all sessions have spent, by model, day, session or stage.</summary>
    private static async Task<Results<Ok<UsageItem[]>, ProblemHttpResult>> All(
        TrainableDb db,
        CancellationToken cancellation,
        string by = UsageQueries.ByModel
    ) =>
        UsageQueries.Keys.Contains(by)
            ? TypedResults.Ok(await UsageQueries.ByAsync(db, by, session: null, cancellation))
            : Problems.Unprocessable($"by is '{by}'; it can be {string.Join(", ", UsageQueries.Keys)}.");

    private static async Task<Results<Ok<SessionUsage>, ProblemHttpResult>> OfSession(
        Guid id,
        TrainableDb db,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var session = await db
            .Sessions.AsNoTracking()
            .Include(row => row.Experiment)
            .FirstOrDefaultAsync(row => row.Id == id, cancellation);
        if (session is null)
            return Problems.NotFound("Session not found");
        return TypedResults.Ok(
            new SessionUsage
            {
                SessionId = id,
                Totals = await UsageQueries.TotalsAsync(db, id, cancellation),
                ByModel = await UsageQueries.ByAsync(db, UsageQueries.ByModel, id, cancellation),
                ByStage = await UsageQueries.ByAsync(db, UsageQueries.ByStage, id, cancellation),
                Budgets = await BudgetsAsync(db, session, clock, cancellation),
            }
        );
    }

    /// <summary>The limits of the run that goes on, or of the last there was, and those of the session.</summary>
    private static async Task<BudgetUse[]> BudgetsAsync(
        TrainableDb db,
        Session session,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var run = await db
            .StageRuns.AsNoTracking()
            .Where(row => row.SessionId == session.Id)
            .OrderByDescending(row => row.StartedAt)
            .FirstOrDefaultAsync(cancellation);
        if (run is null)
            return [];
        var context = SessionStarter.Describe(session, run);
        var budget = new StageBudget(
            context,
            run.EndedAt is { } ended ? new StoppedClock(ended) : clock,
            await Spent.OfRunAsync(db, run.Id, cancellation),
            await Spent.OfSessionAsync(db, session.Id, run.Id, cancellation)
        );
        return [.. budget.Uses];
    }

    /// <summary>The time at which a run ended.</summary>
    private sealed class StoppedClock(DateTime at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(at, TimeSpan.Zero);
    }
}
