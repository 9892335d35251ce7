using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents.Recordings;

/// <summary>Finds what was recorded of runs, and says in a replay what people said at the recorded places.</summary>
internal sealed class RecordedRuns(IDbContextFactory<TrainableDb> databases)
{
    /// <summary>What a run runs again; null for a run with a model of its own.</summary>
    /// <exception cref="UserFacingException">The recording is gone.</exception>
    public async Task<Recording?> OfAsync(StageContext context, CancellationToken cancellation)
    {
        if (RecordingName.Parse(context.Model) is not { } id)
            return null;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var run =
            await db.StageRuns.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancellation)
            ?? throw new UserFacingException(
                "The recording is gone: the session it was made in has been deleted. Choose another model."
            );
        var turns = await db
            .Turns.AsNoTracking()
            .Where(turn => turn.RunId == id)
            .OrderBy(turn => turn.Number)
            .ToListAsync(cancellation);
        var questions = await db
            .Questions.AsNoTracking()
            .Where(question => question.RunId == id)
            .ToListAsync(cancellation);
        return new Recording(run, turns, questions, context.SessionId);
    }

    /// <summary>The sessions of an experiment that can be replayed, the newest first: something was replied, and nothing runs.</summary>
    public async Task<IReadOnlyList<Guid>> SessionsOfAsync(Guid experiment, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db
            .Sessions.AsNoTracking()
            .Where(session => session.ExperimentId == experiment)
            .Where(session =>
                db.StageRuns.Any(run => run.SessionId == session.Id && db.Turns.Any(turn => turn.RunId == run.Id))
                && !db.StageRuns.Any(run => run.SessionId == session.Id && run.Status == RunStatuses.Running)
            )
            .OrderByDescending(session => session.CreatedAt)
            .Select(session => session.Id)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Writes into the session what a person had said before a reply. Said once: a run that is resumed finds what it wrote.
    /// </summary>
    public async Task SayAsync(
        Recording recording,
        int reply,
        StageContext context,
        RunJournal journal,
        CancellationToken cancellation
    )
    {
        var wanted = recording.SaidBefore(reply).ToList();
        if (wanted.Count == 0)
            return;
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var said = await db
            .Messages.AsNoTracking()
            .Where(message =>
                message.SessionId == context.SessionId
                && message.Role == "user"
                && message.CreatedAt >= context.StartedAt
            )
            .Select(message => message.Content)
            .ToListAsync(cancellation);
        foreach (var text in wanted)
        {
            if (said.Remove(text))
                continue;
            await journal.AppendAsync(EventTypes.UserMessage, new UserMessage(text), ContractJson.Default.UserMessage);
        }
    }
}
