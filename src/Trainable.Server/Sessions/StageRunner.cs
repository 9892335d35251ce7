using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.S3.Sync;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sessions.Replays;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>How a stage ended: stopped by someone, and what goes on after it by itself (its start is recorded already).</summary>
internal readonly record struct StageEnd(bool Stopped, StageContext? Next = null);

/// <summary>One attempt at a stage from its start to its recorded end: the agent's loop, then what the host does itself.</summary>
internal sealed partial class StageRunner(
    AgentLoop loop,
    StageCompletion completion,
    SessionSandboxes sandboxes,
    IModels models,
    ReplayRuns replays,
    ReplayJudge judge,
    EventLog log,
    LiveFeeds feeds,
    SpaceReserve reserve,
    IDbContextFactory<TrainableDb> databases,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    SandboxOptions sandbox,
    SyncQueue sync,
    ILogger<StageRunner> logger
)
{
    /// <summary>How long to wait for room before the next try.</summary>
    private static readonly TimeSpan RoomPause = TimeSpan.FromSeconds(2);

    /// <summary>Runs the stage to its recorded end.</summary>
    /// <param name="context">The run.</param>
    /// <param name="stopReason">Why the run was asked to stop; null while nobody asked.</param>
    /// <param name="cancellation">Stop, or shutdown.</param>
    public async Task<StageEnd> RunAsync(StageContext context, Func<string?> stopReason, CancellationToken cancellation)
    {
        var journal = new RunJournal(log, feeds, context);
        try
        {
            reserve.Fill();
            if (sandbox.Mode is SandboxMode.Unsafe)
                await journal.AppendAsync([RunEvents.Unsafe(context.Stage)]);
            completion.Prepare(context);
            var end = await loop.RunAsync(context, cancellation);
            if (end is { Reason: LoopEndReason.RecordingOver, Recorded: not RunStatuses.Done and var recorded })
                return await EndAsync(context, journal, recorded!, end.Sentence);
            if (context.IsChat)
                return await EndAsync(context, journal, RunStatuses.Done, end.Sentence);
            var outcome = await completion.CompleteAsync(context, end, cancellation);
            if (outcome.Problem is { } problem)
            {
                var why = reserve.IsDiskFull
                    ? $"{DiskFull.Sentence($"{context.Stage} could not go on")} {problem}"
                    : problem;
                return await EndAsync(context, journal, RunStatuses.Failed, why, outcome.Events);
            }
            return new StageEnd(Stopped: false, await RecordDoneAsync(context, journal, end, outcome, cancellation));
        }
        catch (OperationCanceledException) when (stopReason() is not null)
        {
            await sandboxes.CloseAsync(context.SessionId);
            await RecordEndAsync(context, journal, RunStatuses.Cancelled, stopReason()!, [], []);
            return new StageEnd(Stopped: true);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw;
        }
        catch (UserFacingException told)
        {
            return await EndAsync(context, journal, RunStatuses.Failed, told.Message);
        }
        catch (Exception full) when (DiskFull.Is(full))
        {
            LogDiskFull(full, context.Stage, context.SessionId);
            var why = DiskFull.Sentence($"{context.Stage} could not go on");
            return await EndAsync(context, journal, RunStatuses.Failed, why);
        }
        catch (Exception failure) when (failure is not LostSessionException)
        {
            var trace = Guid.CreateVersion7().ToString("N");
            LogFailed(failure, context.Stage, context.SessionId, trace);
            var why = $"{context.Stage} failed inside the server; its log says why under {trace}.";
            return await EndAsync(context, journal, RunStatuses.Failed, why);
        }
    }

    /// <summary>
    /// Records in one append what the stage came to, its end and the start of the stage that follows by itself: a crash or a
    /// stop finds the session before it or after it, never between two stages.
    /// </summary>
    private async Task<StageContext?> RecordDoneAsync(
        StageContext context,
        RunJournal journal,
        LoopEnd end,
        Completion outcome,
        CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var run = await db.StageRuns.AsNoTracking().FirstAsync(row => row.Id == context.RunId, cancellation);
        var session = await db
            .Sessions.AsNoTracking()
            .Include(row => row.Experiment)
            .FirstAsync(row => row.Id == context.SessionId, cancellation);
        var state = SessionStates.Done(context.Stage);
        var terms = RunTerms.Of(session, run);
        var pauses = terms.PauseBeforeStages == true;
        var (next, replayed) = RecordingName.Is(context.Model)
            ? await ReplayAsync(context, RunStatuses.Done, end.Sentence, outcome.Changes, cancellation)
            : (
                RunStart.After(
                    run,
                    // A run whose model was the default hands on that default; one named for its stage alone does not.
                    stage => terms.ModelOf(stage) ?? (terms.ModelOf(run.Stage) is null ? run.Model : models.Default),
                    clock.GetUtcNow().UtcDateTime
                ),
                (IReadOnlyList<EventDraft>)[]
            );
        List<EventDraft> events = [.. outcome.Events, .. replayed, EventDraft.StateChange(state, context.Stage)];
        List<RowChange> changes =
        [
            .. outcome.Changes,
            new EndRun(context.RunId, RunStatuses.Done, end.Sentence),
            new SetState(state),
        ];
        if (next is not null && pauses)
        {
            events.Add(RunEvents.Paused(context.Stage, next.Run.Stage));
            changes.Add(new SetActivity(Activities.Paused));
        }
        else if (next is not null)
        {
            events.Add(next.Event);
            changes.AddRange(next.Changes);
        }
        await journal.AppendAsync(events, changes);
        sync.Ring();
        return next is null || pauses ? null : SessionStarter.Describe(session, next.Run);
    }

    /// <summary>
    /// Records that a run has ended otherwise than done, or that a conversation has. A recording goes on with its next run:
    /// that one failed there too, and others came after it.
    /// </summary>
    private async Task<StageEnd> EndAsync(
        StageContext context,
        RunJournal journal,
        string status,
        string sentence,
        IReadOnlyList<EventDraft>? found = null
    )
    {
        if (!RecordingName.Is(context.Model))
        {
            await RecordEndAsync(context, journal, status, sentence, found ?? [], []);
            return default;
        }
        var (next, replayed) = await ReplayAsync(context, status, sentence, [], lifetime.ApplicationStopping);
        await RecordEndAsync(
            context,
            journal,
            status,
            sentence,
            [.. found ?? [], .. replayed],
            next is null ? [] : next.Changes,
            next?.Event
        );
        if (next is null)
            return default;
        await using var db = await databases.CreateDbContextAsync();
        var session = await db
            .Sessions.AsNoTracking()
            .Include(row => row.Experiment)
            .FirstAsync(row => row.Id == context.SessionId);
        return new StageEnd(Stopped: false, SessionStarter.Describe(session, next.Run));
    }

    /// <summary>What follows in a replay: its next run, or after the last what all of it came to.</summary>
    private async Task<(RunStart? Next, IReadOnlyList<EventDraft> Result)> ReplayAsync(
        StageContext context,
        string status,
        string reason,
        IReadOnlyList<RowChange> changes,
        CancellationToken cancellation
    ) =>
        await replays.AfterAsync(context, status == RunStatuses.Done, cancellation) is { } next
            ? (new RunStart(next), [])
            : (null, await judge.JudgeAsync(context, status, reason, changes, cancellation));

    /// <summary>
    /// Appends a run's end, on a full disk too: first with the space that is kept back for it, then as soon as there is some.
    /// A run that ended unrecorded would be waited for until the next start.
    /// </summary>
    private async Task RecordEndAsync(
        StageContext context,
        RunJournal journal,
        string status,
        string sentence,
        IReadOnlyList<EventDraft> found,
        IReadOnlyList<RowChange> following,
        EventDraft? follows = null
    )
    {
        List<EventDraft> events =
        [
            .. found,
            .. RunEvents.Ended(context.RunId, context.Kind, context.Stage, status, sentence),
        ];
        List<RowChange> changes = [new EndRun(context.RunId, status, sentence)];
        if (!context.IsChat)
            changes.Add(new SetState(status == RunStatuses.Cancelled ? SessionStates.Cancelled : SessionStates.Failed));
        if (follows is { } start)
            events.Add(start);
        changes.AddRange(following);
        while (true)
        {
            try
            {
                await journal.AppendAsync(events, changes);
                return;
            }
            catch (Exception full) when (DiskFull.Is(full))
            {
                if (!reserve.Release())
                    await Task.Delay(RoomPause, clock, lifetime.ApplicationStopping);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stage} of session {Session} ended: the disk is full")]
    private partial void LogDiskFull(Exception failure, string stage, Guid session);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stage} of session {Session} failed ({Trace})")]
    private partial void LogFailed(Exception failure, string stage, Guid session, string trace);
}
