using Trainable.Contracts;
using Trainable.Server.Agents.Models;

namespace Trainable.Server.Sessions;

/// <summary>The tokens of some turns of one model. What was read from and written to a cache is part of the input.</summary>
internal sealed record ModelUsage
{
    private const decimal TokensOfAPrice = 1_000_000;

    public required string Model { get; init; }
    public required long Input { get; init; }
    public required long Output { get; init; }
    public required long CacheRead { get; init; }
    public required long CacheWrite { get; init; }

    /// <summary>Null when nothing was used. The cost is known when each model's prices are.</summary>
    public static UsageSummary? Sum(IEnumerable<ModelUsage> parts, ModelCatalogue models)
    {
        var used = parts.Where(part => part.Input + part.Output > 0).ToList();
        if (used.Count == 0)
            return null;
        decimal? cost = 0;
        foreach (var part in used)
            cost += part.Cost(models.Find(part.Model)?.Prices);
        return new UsageSummary
        {
            InputTokens = used.Sum(part => part.Input),
            OutputTokens = used.Sum(part => part.Output),
            Cost = cost,
        };
    }

    private decimal? Cost(ModelPrices? prices) =>
        prices is null
            ? null
            : (
                ((Input - CacheRead - CacheWrite) * prices.Input)
                + (Output * prices.Output)
                + (CacheRead * prices.CacheRead)
                + (CacheWrite * prices.CacheWrite)
            ) / TokensOfAPrice;
}
