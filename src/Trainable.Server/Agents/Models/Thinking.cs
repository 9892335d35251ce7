using Microsoft.Extensions.AI;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models;

/// <summary>Our words for how much a model thinks, as the clients of providers take them.</summary>
internal static class Thinking
{
    /// <summary>Null leaves it to the model.</summary>
    public static ReasoningOptions? ToReasoning(string? level) =>
        level switch
        {
            ThinkingLevels.None => new ReasoningOptions { Effort = ReasoningEffort.None },
            ThinkingLevels.Low => new ReasoningOptions { Effort = ReasoningEffort.Low },
            ThinkingLevels.Medium => new ReasoningOptions { Effort = ReasoningEffort.Medium },
            ThinkingLevels.High => new ReasoningOptions { Effort = ReasoningEffort.High },
            ThinkingLevels.Max => new ReasoningOptions { Effort = ReasoningEffort.ExtraHigh },
            _ => null,
        };
}
