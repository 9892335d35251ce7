using Trainable.Contracts;

namespace Trainable.Server.Agents;

/// <summary>How a loop ended, and the referee's report when it accepted the outputs.</summary>
internal sealed record LoopEnd(LoopEndReason Reason, string Sentence, CheckReport? Accepted = null);

internal enum LoopEndReason
{
    /// <summary>The referee accepted the stage's outputs.</summary>
    Accepted,

    /// <summary>The model stopped calling tools without being accepted.</summary>
    Stopped,

    /// <summary>In a conversation: the model answered, and asks for nothing more.</summary>
    Answered,
    BudgetExhausted,

    /// <summary>The same call failed in the same way too often.</summary>
    Stuck,
    ModelFailed,
}
