using Trainable.Contracts;

namespace Trainable.Server.Sessions;

/// <summary>Some turns added up by the database. What each cost was settled when its reply came.</summary>
internal sealed record TurnSums
{
    private const decimal NanosOfADollar = 1_000_000_000;

    public required long Input { get; init; }
    public required long Output { get; init; }
    public required long CostNanos { get; init; }

    /// <summary>Turns whose price is not known.</summary>
    public required int Unpriced { get; init; }

    /// <summary>Null when nothing was used. The cost is known when that of every turn is.</summary>
    public UsageSummary? Summary =>
        Input + Output == 0
            ? null
            : new UsageSummary
            {
                InputTokens = Input,
                OutputTokens = Output,
                Cost = Unpriced > 0 ? null : CostNanos / NanosOfADollar,
            };
}
