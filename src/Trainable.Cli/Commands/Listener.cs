using Trainable.Cli.Terminal;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.Autopilot;

namespace Trainable.Cli.Commands;

/// <summary>Who would read a message now: the stage that runs and the model that drives it.</summary>
internal sealed record Listener(string Stage, string Model)
{
    /// <summary>Autopilot keeps to its playbook whatever is said to it, and a person should know that before writing.</summary>
    public const string Deaf =
        "autopilot takes no steering by messages: it keeps to its playbook, and the message is only kept in the record. "
        + "What it can be told comes with the start: target, metric, columns to drop, budget.";

    public bool Listens => Model != AutopilotChatClient.ModelId;

    public string AfterSending =>
        Listens
            ? $"Sent. The agent ({CleanText.Line(Model)}) reads it at its next turn in {Words.Stage(Stage)}."
            : $"Kept, but {Deaf}";

    /// <summary>The run that goes on in the session; null when none does.</summary>
    public static Listener? Of(SessionDetail session) =>
        session.Runs.LastOrDefault(run => run.Status == RunStatuses.Running) is { } run
            ? new Listener(run.Stage, run.Model)
            : null;
}
