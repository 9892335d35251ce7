using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Server.Events;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>The state machine's decisions: what may start, from what is stored, and the append that makes it so.</summary>
internal sealed class SessionStarter(
    IDbContextFactory<TrainableDb> databases,
    EventLog log,
    IModels models,
    TimeProvider clock
)
{
    /// <summary>The ceiling of a stage whose budget nobody chose.</summary>
    public static readonly TimeSpan DefaultBudget = TimeSpan.FromMinutes(30);

    public async Task<(StartResult Result, StageContext? Context)> StartAsync(
        Guid session,
        StartCommand command,
        CancellationToken cancellation
    )
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await db
            .Sessions.AsNoTracking()
            .Include(one => one.Experiment)
            .FirstOrDefaultAsync(one => one.Id == session, cancellation);
        if (row is null)
            return (new StartResult.NotFound(), null);
        var runs = await db.StageRuns.AsNoTracking().Where(run => run.SessionId == session).ToListAsync(cancellation);
        if (runs.Any(run => run.Status == RunStatuses.Running))
            return (new StartResult.AlreadyRunning(), null);

        var done = runs.Where(run => run.Status == RunStatuses.Done && !run.Stale).Select(run => run.Stage).ToHashSet();
        var stage = command.Stage ?? Stages.All.FirstOrDefault(one => !done.Contains(one));
        if (stage is null || (command.ContinueTo is { } last && Stages.After(last).Contains(stage)))
            return (
                new StartResult.Refused("Every stage is done up to there. Start one of them to run it again."),
                null
            );
        if (Stages.Prerequisite(stage) is { } needed && !done.Contains(needed))
        {
            return (
                new StartResult.Refused(
                    $"Cannot start {stage}: requires '{SessionStates.Done(needed)}', current is '{row.State}'"
                ),
                null
            );
        }
        if (command.Gpu is { Length: > 0 } && GpuDevices.Find() is [])
            return (
                new StartResult.Refused("There is no GPU for sandboxes here: start the stage without 'gpu'."),
                null
            );
        var model = command.Model is { Length: > 0 } named ? named : models.Default;
        using (models.Open(model)) { } // Refuses an unknown model before anything is written.
        return await BeginAsync(row, stage, model, command);
    }

    /// <summary>Takes a session from a run that does not end, and marks the run cancelled.</summary>
    public async Task FenceAsync(Guid session, string reason)
    {
        await using var db = await databases.CreateDbContextAsync();
        var running = await db
            .StageRuns.AsNoTracking()
            .FirstOrDefaultAsync(run => run.SessionId == session && run.Status == RunStatuses.Running);
        if (running is null)
            return;
        await log.AppendAsync(
            new Append(session)
            {
                Events =
                [
                    EventDraft.Create(
                        EventTypes.AgentAborted,
                        new AgentAborted(reason, running.Stage),
                        ContractJson.Default.AgentAborted
                    ),
                    EventDraft.StateChange(SessionStates.Cancelled, running.Stage, reason),
                ],
                Changes =
                [
                    new ResumeRun(running.Id, running.Epoch + 1),
                    new EndRun(running.Id, RunStatuses.Cancelled, reason),
                    new SetState(SessionStates.Cancelled),
                ],
            }
        );
    }

    public static StageContext Describe(Session session, StageRun run) =>
        new()
        {
            RunId = run.Id,
            SessionId = session.Id,
            ExperimentId = session.ExperimentId,
            ExperimentName = session.Experiment!.Name,
            Stage = run.Stage,
            Epoch = run.Epoch,
            Model = run.Model,
            Instructions = Join(session.Experiment.Instructions, run.Instructions),
            Budget = run.BudgetSeconds > 0 ? TimeSpan.FromSeconds(run.BudgetSeconds) : DefaultBudget,
            BudgetWasChosen = run.BudgetSeconds > 0,
            StartedAt = run.StartedAt,
            Options = JsonSerializer.Deserialize(session.Experiment.Options, ContractJson.Default.ExperimentOptions)!,
        };

    private async Task<(StartResult, StageContext?)> BeginAsync(
        Session row,
        string stage,
        string model,
        StartCommand command
    )
    {
        var run = new StageRun
        {
            Id = Guid.CreateVersion7(),
            SessionId = row.Id,
            Stage = stage,
            Status = RunStatuses.Running,
            Model = model,
            Instructions = command.Instructions,
            BudgetSeconds = command.Budget?.TotalSeconds ?? 0,
            ContinueTo = command.ContinueTo,
            Epoch = row.Epoch + 1,
            StartedAt = clock.GetUtcNow().UtcDateTime,
        };
        var start = new RunStart(run);
        try
        {
            // The old epoch guards the append: if another process started a run meanwhile, this one is refused.
            await log.AppendAsync(
                new Append(row.Id)
                {
                    Epoch = row.Epoch,
                    Events = [start.Event],
                    Changes = start.Changes,
                }
            );
        }
        catch (LostSessionException)
        {
            return (new StartResult.AlreadyRunning(), null);
        }
        return (new StartResult.Started(start.State), Describe(row, run));
    }

    private static string Join(string first, string second) =>
        string.Join("\n\n", new[] { first, second }.Where(text => text.Length > 0));
}
