using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Sessions;

/// <summary>What is told of a run as a whole.</summary>
internal static class RunEvents
{
    /// <summary>A run's end otherwise than done, or the end of a conversation: that leaves the session's state as it was.</summary>
    public static EventDraft[] Ended(Guid run, string kind, string stage, string status, string sentence) =>
        (kind, status) switch
        {
            (RunKinds.Chat, _) =>
            [
                EventDraft.Create(
                    EventTypes.ChatEnded,
                    new ChatEnded(run, stage, status, sentence),
                    ContractJson.Default.ChatEnded
                ),
            ],
            (_, RunStatuses.Cancelled) =>
            [
                EventDraft.Create(
                    EventTypes.AgentAborted,
                    new AgentAborted(sentence, stage),
                    ContractJson.Default.AgentAborted
                ),
                EventDraft.StateChange(SessionStates.Cancelled, stage, sentence),
            ],
            _ =>
            [
                EventDraft.Create(
                    EventTypes.AgentError,
                    new AgentFailed(sentence) { Stage = stage },
                    ContractJson.Default.AgentFailed
                ),
                EventDraft.StateChange(SessionStates.Failed, stage, sentence),
            ],
        };

    /// <summary>A stage is done, and the next waits for the person.</summary>
    public static EventDraft Paused(string done, string next) =>
        EventDraft.Create(
            EventTypes.Paused,
            new StagePaused(next, $"{done} is done. {next} waits for your word."),
            ContractJson.Default.StagePaused
        );

    public static EventDraft Replaying(string stage) =>
        Notice(
            "replay",
            stage,
            "Recorded replies run again here, in the real sandbox: no model is asked, no key is needed and nothing is paid."
        );

    public static EventDraft Unsafe(string stage) =>
        Notice(
            "sandbox_unsafe",
            stage,
            "Nothing is isolated here (TRAINABLE_SANDBOX=unsafe): what the agent writes runs with this server's rights, "
                + "files and network, and can read the held rows. Trust neither the machine's secrets nor the score to it."
        );

    private static EventDraft Notice(string code, string stage, string sentence) =>
        EventDraft.Create(
            EventTypes.Notice,
            new Notice(sentence) { Code = code, Stage = stage },
            ContractJson.Default.Notice
        );
}
