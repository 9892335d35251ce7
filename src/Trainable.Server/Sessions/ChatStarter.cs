using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>What became of a message that wants an answer.</summary>
/// <param name="Kept">Where the message landed.</param>
/// <param name="Context">The conversation's run; null when a stage runs, which reads the message at its next turn.</param>
internal sealed record ChatStart(Appended Kept, StageContext? Context);

/// <summary>Begins a conversation about the stage that ran last: a run with a budget of its own, which leaves the state alone.</summary>
internal sealed class ChatStarter(
    IDbContextFactory<TrainableDb> databases,
    SessionStarter starter,
    EventLog log,
    IModels models,
    TimeProvider clock
)
{
    /// <summary>Null when the session is not there.</summary>
    /// <exception cref="Platform.UserFacingException">The model cannot be used, or the budget is used up.</exception>
    public async Task<ChatStart?> StartAsync(
        Guid session,
        EventDraft message,
        string? model,
        CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db
            .Sessions.AsNoTracking()
            .Include(one => one.Experiment)
            .FirstOrDefaultAsync(one => one.Id == session, cancellation);
        if (row is null)
            return null;
        if (
            await db.StageRuns.AnyAsync(
                run => run.SessionId == session && run.Status == RunStatuses.Running,
                cancellation
            )
        )
            return new ChatStart(await log.AppendAsync(new Append(session) { Events = [message] }, cancellation), null);

        var about = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.SessionId == session && run.Kind == RunKinds.Stage)
            .OrderByDescending(run => run.StartedAt)
            .FirstOrDefaultAsync(cancellation);
        // The newest conversation about the stage goes on; it holds the stage's own.
        var parent = about is null
            ? null
            : await db
                .StageRuns.AsNoTracking()
                .Where(run => run.SessionId == session && run.StartedAt >= about.StartedAt)
                .OrderByDescending(run => run.StartedAt)
                .FirstAsync(cancellation);
        var terms = RunTerms.Of(row);
        var run = new StageRun
        {
            Id = Guid.CreateVersion7(),
            SessionId = session,
            Stage = about?.Stage ?? Stages.Eda,
            Kind = RunKinds.Chat,
            ParentId = parent?.Id,
            Status = RunStatuses.Running,
            Model = model is { Length: > 0 } ? model : Talker(about?.Model ?? terms.ModelOf(Stages.Eda)),
            Instructions = about?.Instructions ?? "",
            // What a stage may spend says nothing of a conversation about it.
            // What it may see, and what needs approval, holds on.
            Options = RunTerms.ToJson(
                (about is null ? new RunOptions() : RunTerms.OfRun(about)) with
                {
                    Budget = RunTerms.Ceilings(RunKinds.Chat),
                }
            ),
            Epoch = row.Epoch + 1,
            StartedAt = clock.GetUtcNow().UtcDateTime,
        };
        var start = new RunStart(run);
        models.Open(run.Model).Dispose();
        await starter.RefuseOverspentAsync(db, row, RunTerms.Of(row, run), run.Model, cancellation);
        var kept = await log.AppendAsync(
            new Append(session)
            {
                Epoch = row.Epoch,
                Events = [message, start.Event],
                Changes = start.Changes,
            },
            cancellation
        );
        return new ChatStart(kept, SessionStarter.Describe(row, run));
    }

    /// <summary>A recording answers nothing new: somebody who can takes its place.</summary>
    private string Talker(string? model) => model is null || RecordingName.Is(model) ? models.Default : model;
}
