using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.S3.Sync;
using Trainable.Server.Sandboxes;
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
                await journal.AppendAsync([Unsafe(context)]);
            completion.Prepare(context);
            var end = await loop.RunAsync(context, cancellation);
            if (context.IsChat)
            {
                await EndChatAsync(context, journal, RunStatuses.Done, end.Sentence);
                return default;
            }
            var outcome = await completion.CompleteAsync(context, end, cancellation);
            if (outcome.Problem is { } problem)
            {
                var why = reserve.IsDiskFull
                    ? $"{DiskFull.Sentence($"{context.Stage} could not go on")} {problem}"
                    : problem;
                await FailAsync(context, journal, why, outcome.Events);
                return default;
            }
            return new StageEnd(Stopped: false, await RecordDoneAsync(context, journal, end, outcome, cancellation));
        }
        catch (OperationCanceledException) when (stopReason() is not null)
        {
            await sandboxes.CloseAsync(context.SessionId);
            await CancelAsync(context, journal, stopReason()!);
            return new StageEnd(Stopped: true);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw;
        }
        catch (UserFacingException told)
        {
            await FailAsync(context, journal, told.Message);
            return default;
        }
        catch (Exception full) when (DiskFull.Is(full))
        {
            LogDiskFull(full, context.Stage, context.SessionId);
            await FailAsync(context, journal, DiskFull.Sentence($"{context.Stage} could not go on"));
            return default;
        }
        catch (Exception failure) when (failure is not LostSessionException)
        {
            var trace = Guid.CreateVersion7().ToString("N");
            LogFailed(failure, context.Stage, context.SessionId, trace);
            await FailAsync(
                context,
                journal,
                $"{context.Stage} failed inside the server; its log says why under {trace}."
            );
            return default;
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
        var next = RunStart.After(
            run,
            // A run whose model was the default hands on that default; one named for its stage alone does not.
            stage => terms.ModelOf(stage) ?? (terms.ModelOf(run.Stage) is null ? run.Model : models.Default),
            clock.GetUtcNow().UtcDateTime
        );
        List<EventDraft> events = [.. outcome.Events, EventDraft.StateChange(state, context.Stage)];
        List<RowChange> changes =
        [
            .. outcome.Changes,
            new EndRun(context.RunId, RunStatuses.Done, end.Sentence),
            new SetState(state),
        ];
        if (next is not null && pauses)
        {
            events.Add(Paused(context.Stage, next.Run.Stage));
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

    private static EventDraft Paused(string done, string next) =>
        EventDraft.Create(
            EventTypes.Paused,
            new StagePaused(next, $"{done} is done. {next} waits for your word."),
            ContractJson.Default.StagePaused
        );

    /// <summary>A conversation leaves the session's state as it was, however it ends.</summary>
    private async Task EndChatAsync(StageContext context, RunJournal journal, string status, string reason)
    {
        await RecordEndAsync(
            journal,
            [
                EventDraft.Create(
                    EventTypes.ChatEnded,
                    new ChatEnded(context.RunId, context.Stage, status, reason),
                    ContractJson.Default.ChatEnded
                ),
            ],
            new EndRun(context.RunId, status, reason)
        );
    }

    private static EventDraft Unsafe(StageContext context) =>
        EventDraft.Create(
            EventTypes.Notice,
            new Notice(
                "Nothing is isolated here (TRAINABLE_SANDBOX=unsafe): what the agent writes runs with this server's rights, "
                    + "files and network, and can read the held rows. Trust neither the machine's secrets nor the score to it."
            )
            {
                Code = "sandbox_unsafe",
                Stage = context.Stage,
            },
            ContractJson.Default.Notice
        );

    private Task FailAsync(
        StageContext context,
        RunJournal journal,
        string sentence,
        IReadOnlyList<EventDraft>? found = null
    ) =>
        context.IsChat
            ? EndChatAsync(context, journal, RunStatuses.Failed, sentence)
            : RecordEndAsync(
                journal,
                [
                    .. found ?? [],
                    EventDraft.Create(
                        EventTypes.AgentError,
                        new AgentFailed(sentence) { Stage = context.Stage },
                        ContractJson.Default.AgentFailed
                    ),
                    EventDraft.StateChange(SessionStates.Failed, context.Stage, sentence),
                ],
                new EndRun(context.RunId, RunStatuses.Failed, sentence),
                new SetState(SessionStates.Failed)
            );

    private Task CancelAsync(StageContext context, RunJournal journal, string reason) =>
        context.IsChat
            ? EndChatAsync(context, journal, RunStatuses.Cancelled, reason)
            : RecordEndAsync(
                journal,
                [
                    EventDraft.Create(
                        EventTypes.AgentAborted,
                        new AgentAborted(reason, context.Stage),
                        ContractJson.Default.AgentAborted
                    ),
                    EventDraft.StateChange(SessionStates.Cancelled, context.Stage, reason),
                ],
                new EndRun(context.RunId, RunStatuses.Cancelled, reason),
                new SetState(SessionStates.Cancelled)
            );

    /// <summary>
    /// Appends a run's end, on a full disk too: first with the space that is kept back for it, then as soon as there is some.
    /// A run that ended unrecorded would be waited for until the next start.
    /// </summary>
    private async Task RecordEndAsync(RunJournal journal, IReadOnlyList<EventDraft> events, params RowChange[] changes)
    {
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
