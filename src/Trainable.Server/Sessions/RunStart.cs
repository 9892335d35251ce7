using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>A run about to begin: the row it becomes, and the event and changes that make it so.</summary>
internal sealed class RunStart(StageRun run)
{
    public StageRun Run => run;

    public string State => SessionStates.Running(run.Stage);

    /// <summary>A conversation leaves the state as it is.</summary>
    public EventDraft Event =>
        run.Kind == RunKinds.Chat
            ? EventDraft.Create(
                EventTypes.ChatStarted,
                new ChatStarted(run.Id, run.Stage, run.Model),
                ContractJson.Default.ChatStarted
            )
            : EventDraft.StateChange(State, run.Stage);

    public IReadOnlyList<RowChange> Changes =>
        [Row(run), run.Kind == RunKinds.Chat ? new SetActivity(Activities.Chatting) : new SetState(State)];

    /// <summary>The change that begins a run.</summary>
    public static StartRun Row(StageRun run) =>
        new()
        {
            RunId = run.Id,
            Stage = run.Stage,
            Kind = run.Kind,
            ParentId = run.ParentId,
            Model = run.Model,
            Instructions = run.Instructions,
            BudgetSeconds = run.BudgetSeconds,
            ContinueTo = run.ContinueTo,
            Options = run.Options,
            Epoch = run.Epoch,
        };

    /// <summary>The stage that follows a run by itself, under the same terms; null when it goes no further.</summary>
    /// <param name="run">The run that is done.</param>
    /// <param name="model">The model of the stage that follows.</param>
    /// <param name="now">When it starts.</param>
    public static RunStart? After(StageRun run, Func<string, string> model, DateTime now) =>
        run.ContinueTo is { } last && Stages.After(run.Stage).Contains(last)
            ? new RunStart(
                new StageRun
                {
                    Id = Guid.CreateVersion7(),
                    SessionId = run.SessionId,
                    Stage = Stages.After(run.Stage).First(),
                    Status = RunStatuses.Running,
                    Model = model(Stages.After(run.Stage).First()),
                    Instructions = run.Instructions,
                    BudgetSeconds = run.BudgetSeconds,
                    Options = run.Options,
                    ContinueTo = last,
                    Epoch = run.Epoch + 1,
                    StartedAt = now,
                }
            )
            : null;
}
