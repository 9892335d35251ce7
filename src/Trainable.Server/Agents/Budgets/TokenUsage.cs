using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Agents.Budgets;

/// <summary>Reads a provider's count of a reply's tokens.</summary>
internal static class TokenUsage
{
    /// <summary>The SDK's name for what was written to the cache; Microsoft.Extensions.AI has none of its own.</summary>
    private const string CacheWrites = "CacheCreationInputTokens";

    public static TurnTokens Of(ChatResponse reply) =>
        reply.Usage is { } usage
            ? new TurnTokens
            {
                Input = usage.InputTokenCount ?? 0,
                Output = usage.OutputTokenCount ?? 0,
                CacheRead = usage.CachedInputTokenCount ?? 0,
                CacheWrite = usage.AdditionalCounts?.GetValueOrDefault(CacheWrites) ?? 0,
            }
            : new TurnTokens();

    public static UsageReport ToReport(this TurnTokens tokens, StageContext context, long? costNanos) =>
        new(context.Model, tokens.Input, tokens.Output)
        {
            Stage = context.Stage,
            CacheReadTokens = tokens.CacheRead,
            CacheWriteTokens = tokens.CacheWrite,
            CostUsd = costNanos is { } nanos ? TurnCost.Dollars(nanos) : null,
        };
}
