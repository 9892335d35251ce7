using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Agents.Budgets;

/// <summary>What a reply costs, in billionths of a US dollar: whole numbers, so that sums in a database are exact.</summary>
internal static class TurnCost
{
    private const decimal NanosPerDollar = 1_000_000_000;

    /// <summary>Prices are for a million tokens, so a dollar of price is a thousand nanodollars a token.</summary>
    private const decimal NanosPerPrice = 1_000;

    /// <summary>Null where the prices are not known.</summary>
    public static long? Nanos(TurnTokens tokens, ModelPrices? prices)
    {
        if (prices is null)
            return null;
        var fresh = Math.Max(tokens.Input - tokens.CacheRead - tokens.CacheWrite, 0);
        var sum =
            (fresh * prices.Input)
            + (tokens.CacheRead * prices.CacheRead)
            + (tokens.CacheWrite * prices.CacheWrite)
            + (tokens.Output * prices.Output);
        return (long)decimal.Round(sum * NanosPerPrice);
    }

    public static decimal Dollars(long nanos) => nanos / NanosPerDollar;
}
