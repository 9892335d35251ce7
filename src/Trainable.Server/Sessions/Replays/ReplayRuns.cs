using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Replays;

/// <summary>
/// Which recorded run comes when. A session replayed as a whole runs every attempt of the original again, the failed and the
/// stopped ones too, and the conversations between them: later attempts build on what earlier ones left.
/// </summary>
internal sealed class ReplayRuns(IDbContextFactory<TrainableDb> databases, TimeProvider clock)
{
    /// <summary>The run that a start with <c>replay/{id}</c> as its model makes.</summary>
    /// <param name="db">The database.</param>
    /// <param name="session">The session it starts in, with its experiment.</param>
    /// <param name="begun">The runs the session has had.</param>
    /// <param name="stage">The stage to start.</param>
    /// <param name="source">A session, or one of its runs.</param>
    /// <param name="command">The start.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UserFacingException">There is nothing there to replay.</exception>
    public async Task<StageRun> BeginAsync(
        TrainableDb db,
        Session session,
        IReadOnlyCollection<StageRun> begun,
        string stage,
        Guid source,
        StartCommand command,
        CancellationToken cancellation
    )
    {
        var named = await db.StageRuns.AsNoTracking().FirstOrDefaultAsync(run => run.Id == source, cancellation);
        var original = await FindAsync(db, named?.SessionId ?? source, cancellation);
        if (original is null)
            throw new UserFacingException($"There is no session '{source}' to replay.", 404);
        if (original.ExperimentId != session.ExperimentId)
            throw new UserFacingException(
                "A recording runs on the data it was made on, and that session is of another experiment. "
                    + "Replay it in a session of its own: POST /api/sessions/{id}/replay."
            );
        var recorded = await OfSessionAsync(db, original.Id, cancellation);
        Check(recorded);
        var first =
            command.ContinueTo is not null && begun.Count == 0
                ? recorded[0]
                : named
                    ?? recorded.LastOrDefault(run => run.Stage == stage && run.Status == RunStatuses.Done)
                    ?? recorded.LastOrDefault(run => run.Stage == stage)
                    ?? throw new UserFacingException($"That session has no recording of {stage}.");
        return Again(original, first, session, session.Epoch + 1, parent: null, command.ContinueTo);
    }

    /// <summary>Refuses a session that cannot be replayed.</summary>
    /// <exception cref="UserFacingException">It runs, or nothing was recorded in it.</exception>
    public async Task CheckAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        Check(await OfSessionAsync(db, session, cancellation));
    }

    /// <summary>The recorded run that follows; null after the last, and where what it needs was not reached here.</summary>
    /// <param name="context">The run that ends.</param>
    /// <param name="done">Whether it came to a good end.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<StageRun?> AfterAsync(StageContext context, bool done, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var current = await db.StageRuns.AsNoTracking().FirstAsync(run => run.Id == context.RunId, cancellation);
        var recorded = await db
            .StageRuns.AsNoTracking()
            .FirstOrDefaultAsync(run => run.Id == RecordingName.Parse(context.Model), cancellation);
        if (current.ContinueTo is null || recorded is null)
            return null;
        var following = (await OfSessionAsync(db, recorded.SessionId, cancellation))
            .SkipWhile(run => run.Id != recorded.Id)
            .Skip(1)
            .FirstOrDefault();
        if (following is null)
            return null;
        var here = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.SessionId == context.SessionId)
            .ToListAsync(cancellation);
        var reached = here.Where(run => run is { Kind: RunKinds.Stage, Status: RunStatuses.Done, Stale: false })
            .Select(run => run.Stage)
            .ToHashSet();
        if (done && !context.IsChat)
            reached.Add(context.Stage);
        if (
            following.Kind == RunKinds.Stage
            && Stages.Prerequisite(following.Stage) is { } needed
            && !reached.Contains(needed)
        )
            return null;
        var original = await FindAsync(db, recorded.SessionId, cancellation);
        var session = await FindAsync(db, context.SessionId, cancellation);
        var parent = following.ParentId is { } id ? here.Find(run => run.Model == RecordingName.Of(id))?.Id : null;
        return Again(original!, following, session!, context.Epoch + 1, parent, current.ContinueTo);
    }

    /// <summary>The runs of a session in the order in which they ran.</summary>
    public static Task<List<StageRun>> OfSessionAsync(TrainableDb db, Guid session, CancellationToken cancellation) =>
        db
            .StageRuns.AsNoTracking()
            .Where(run => run.SessionId == session)
            .OrderBy(run => run.StartedAt)
            .ThenBy(run => run.Id)
            .ToListAsync(cancellation);

    private static void Check(List<StageRun> recorded)
    {
        if (recorded.Count == 0)
            throw new UserFacingException("Nothing has run in this session yet, so there is nothing to replay.");
        if (recorded.Exists(run => run.Status == RunStatuses.Running))
            throw new UserFacingException("This session still runs: replay it when it has ended.", 409);
    }

    private static Task<Session?> FindAsync(TrainableDb db, Guid session, CancellationToken cancellation) =>
        db
            .Sessions.AsNoTracking()
            .Include(row => row.Experiment)
            .FirstOrDefaultAsync(row => row.Id == session, cancellation);

    private StageRun Again(
        Session original,
        StageRun recorded,
        Session session,
        long epoch,
        Guid? parent,
        string? continueTo
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            SessionId = session.Id,
            Stage = recorded.Stage,
            Kind = recorded.Kind,
            ParentId = parent,
            Status = RunStatuses.Running,
            Model = RecordingName.Of(recorded.Id),
            Instructions = recorded.Instructions,
            // What it was told then was told under these terms; what it may spend is nothing, and no person is waited for.
            Options = RunTerms.ToJson(
                RunTerms.OfRun(recorded) with
                {
                    Model = null,
                    Models = null,
                    Thinking = null,
                    Budget = null,
                    SessionBudget = null,
                    PauseBeforeStages = false,
                    Share =
                        recorded.Model == AutopilotChatClient.ModelId
                            ? ShareLevels.Sample
                            : RunTerms.Of(original, recorded).Share ?? ShareLevels.Sample,
                }
            ),
            ContinueTo = continueTo,
            Epoch = epoch,
            StartedAt = clock.GetUtcNow().UtcDateTime,
        };
}
