using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Events;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;
using Trainable.Server.Sessions.Replays;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>The state machine's decisions: what may start, from what is stored, and the append that makes it so.</summary>
internal sealed class SessionStarter(
    IDbContextFactory<TrainableDb> databases,
    EventLog log,
    IModels models,
    ReplayRuns replays,
    TimeProvider clock
)
{
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

        StageRun? left = null;
        if (command.TakeOver)
        {
            left = TakenOver.Find(runs, command);
            command = TakenOver.Command(left, command);
        }
        var done = runs.Where(run => run is { Kind: RunKinds.Stage, Status: RunStatuses.Done, Stale: false })
            .Select(run => run.Stage)
            .ToHashSet();
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
        RunTerms.Check(command.Options, models);
        var terms = command.Options.Over(RunTerms.Of(row));
        var model = terms.ModelOf(stage) ?? models.Default;
        models.Open(model).Dispose(); // Refuses one that cannot be used before anything is written.
        await RefuseOverspentAsync(db, row, terms, model, cancellation);
        var run = RecordingName.Parse(model) is { } source
            ? await replays.BeginAsync(db, row, runs, stage, source, command, cancellation)
            : NewRun(row, stage, model, command, left?.Id);
        return await BeginAsync(row, run);
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
        List<RowChange> changes =
        [
            new ResumeRun(running.Id, running.Epoch + 1),
            new EndRun(running.Id, RunStatuses.Cancelled, reason),
        ];
        if (running.Kind != RunKinds.Chat)
            changes.Add(new SetState(SessionStates.Cancelled));
        await log.AppendAsync(
            new Append(session)
            {
                Events = RunEvents.Ended(running.Id, running.Kind, running.Stage, RunStatuses.Cancelled, reason),
                Changes = changes,
            }
        );
    }

    public static StageContext Describe(Session session, StageRun run)
    {
        var terms = RunTerms.Of(session, run);
        return new()
        {
            RunId = run.Id,
            SessionId = session.Id,
            ExperimentId = session.ExperimentId,
            DatasetId = session.DatasetId ?? session.ExperimentId,
            ExperimentName = session.Experiment!.Name,
            Stage = run.Stage,
            Epoch = run.Epoch,
            Model = run.Model,
            Instructions = Join(session.Experiment.Instructions, run.Instructions),
            Run = terms,
            Limits = RecordingName.Is(run.Model)
                ? RunTerms.Unhurried
                : terms.Budget?.Over(RunTerms.Ceilings(run.Kind)) ?? RunTerms.Ceilings(run.Kind),
            SessionLimits = RecordingName.Is(run.Model)
                ? new BudgetLimits()
                : terms.SessionBudget ?? new BudgetLimits(),
            StartedAt = run.StartedAt,
            Idle = TimeSpan.FromSeconds(run.IdleSeconds),
            Options = RunTerms.OfExperiment(session),
            Kind = run.Kind,
            ParentId = run.ParentId,
        };
    }

    /// <summary>A run that no budget allows does not start at all.</summary>
    /// <exception cref="UserFacingException">The session's budget is used up, or cannot be kept.</exception>
    public async Task RefuseOverspentAsync(
        TrainableDb db,
        Session session,
        RunOptions terms,
        string model,
        CancellationToken cancellation
    )
    {
        if (
            (terms.Budget?.CostUsd ?? terms.SessionBudget?.CostUsd) is not null
            && models.Describe(model).Prices is null
        )
            throw new UserFacingException(
                $"The prices of '{model}' are not known, so no budget in dollars can be kept. "
                    + $"Name them in {ModelCatalogue.OwnFile}, or set a budget in tokens."
            );
        if (terms.SessionBudget is not { } limits)
            return;
        var spent = await Spent.OfSessionAsync(db, session.Id, Guid.Empty, cancellation);
        BudgetLine?[] lines =
        [
            Line(BudgetKinds.WallClock, limits.Seconds, spent.Seconds),
            Line(BudgetKinds.Tokens, limits.Tokens, spent.Tokens),
            Line(BudgetKinds.Cost, (double?)limits.CostUsd, (double)TurnCost.Dollars(spent.CostNanos)),
            Line(BudgetKinds.Steps, limits.Steps, spent.Turns),
        ];
        if (Array.Find(lines, line => line is { Left: <= 0 }) is { } over)
            throw new UserFacingException($"{over.Name()} is used up: give the session a larger one first.");
    }

    private static BudgetLine? Line(string kind, double? limit, double used) =>
        limit is { } most ? new BudgetLine(BudgetScopes.Session, kind, most, () => used) : null;

    private StageRun NewRun(Session row, string stage, string model, StartCommand command, Guid? parent) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            SessionId = row.Id,
            Stage = stage,
            ParentId = parent,
            Status = RunStatuses.Running,
            Model = model,
            Instructions = command.Instructions,
            BudgetSeconds = command.Options.Budget?.Seconds ?? 0,
            Options = RunTerms.ToJson(command.Options),
            ContinueTo = command.ContinueTo,
            Epoch = row.Epoch + 1,
            StartedAt = clock.GetUtcNow().UtcDateTime,
        };

    private async Task<(StartResult, StageContext?)> BeginAsync(Session row, StageRun run)
    {
        var start = new RunStart(run);
        try
        {
            // The old epoch guards the append: if another process started a run meanwhile, this one is refused.
            await log.AppendAsync(
                new Append(row.Id)
                {
                    Epoch = row.Epoch,
                    Events = RecordingName.Is(run.Model)
                        ? [RunEvents.Replaying(run.Stage), start.Event]
                        : [start.Event],
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
