using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>One attempt at a stage from its start to its recorded end: the agent's loop, then what the host does itself.</summary>
internal sealed partial class StageRunner(
    AgentLoop loop,
    StageCompletion completion,
    SessionSandboxes sandboxes,
    EventLog log,
    LiveFeeds feeds,
    IDbContextFactory<TrainableDb> databases,
    IHostApplicationLifetime lifetime,
    ILogger<StageRunner> logger
)
{
    /// <summary>Runs the stage; returns what to start next when the run is to go on by itself.</summary>
    /// <param name="context">The run.</param>
    /// <param name="stopReason">Why the run was asked to stop; null while nobody asked.</param>
    /// <param name="cancellation">Stop, or shutdown.</param>
    public async Task<StartCommand?> RunAsync(
        StageContext context,
        Func<string?> stopReason,
        CancellationToken cancellation
    )
    {
        var journal = new RunJournal(log, feeds, context);
        try
        {
            completion.Prepare(context);
            var end = await loop.RunAsync(context, cancellation);
            var outcome = await completion.CompleteAsync(context, journal, end, cancellation);
            if (outcome is { } problem)
            {
                await FailAsync(context, journal, problem);
                return null;
            }
            await journal.AppendAsync(
                [EventDraft.StateChange(SessionStates.Done(context.Stage), context.Stage)],
                new EndRun(context.RunId, RunStatuses.Done, end.Sentence),
                new SetState(SessionStates.Done(context.Stage))
            );
            return await NextAsync(context);
        }
        catch (OperationCanceledException) when (stopReason() is not null)
        {
            await sandboxes.CloseAsync(context.SessionId);
            await CancelAsync(context, journal, stopReason()!);
            return null;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw;
        }
        catch (UserFacingException told)
        {
            await FailAsync(context, journal, told.Message);
            return null;
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
            return null;
        }
    }

    private static Task FailAsync(StageContext context, RunJournal journal, string sentence) =>
        journal.AppendAsync(
            [
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

    private static Task CancelAsync(StageContext context, RunJournal journal, string reason) =>
        journal.AppendAsync(
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

    private async Task<StartCommand?> NextAsync(StageContext context)
    {
        await using var db = await databases.CreateDbContextAsync();
        var run = await db.StageRuns.AsNoTracking().FirstAsync(row => row.Id == context.RunId);
        if (run.ContinueTo is not { } last || !Stages.After(context.Stage).Contains(last))
            return null;
        return new StartCommand
        {
            Stage = Stages.After(context.Stage).First(),
            ContinueTo = last,
            Model = run.Model,
            Instructions = run.Instructions,
            Budget = run.BudgetSeconds > 0 ? TimeSpan.FromSeconds(run.BudgetSeconds) : null,
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stage} of session {Session} failed ({Trace})")]
    private partial void LogFailed(Exception failure, string stage, Guid session, string trace);
}
