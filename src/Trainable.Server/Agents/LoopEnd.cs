using Trainable.Contracts;
using Trainable.Server.Agents.Recordings;

namespace Trainable.Server.Agents;

/// <summary>How a loop ended, and the referee's report when it accepted the outputs.</summary>
internal sealed record LoopEnd(LoopEndReason Reason, string Sentence, CheckReport? Accepted = null)
{
    /// <summary>How the recorded run ended, where a recording is over; one of <see cref="RunStatuses"/>.</summary>
    public string? Recorded { get; init; }

    public static LoopEnd Of(Recording recording) =>
        new(LoopEndReason.RecordingOver, recording.End) { Recorded = recording.Run.Status };
}

internal enum LoopEndReason
{
    /// <summary>The referee accepted the stage's outputs.</summary>
    Accepted,

    /// <summary>The model stopped calling tools without being accepted.</summary>
    Stopped,

    /// <summary>In a conversation: the model answered, and asks for nothing more.</summary>
    Answered,
    BudgetExhausted,

    /// <summary>A recording has been run again to its end.</summary>
    RecordingOver,

    /// <summary>The same call failed in the same way too often.</summary>
    Stuck,
    ModelFailed,
}
