using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>What replies of models cost, added up by the database.</summary>
public record UsageTotals
{
    /// <summary>Replies.</summary>
    public required long Turns { get; init; }

    /// <summary>Whole prompts; what was read from and written to a cache is part of them.</summary>
    public required long InputTokens { get; init; }
    public required long OutputTokens { get; init; }
    public required long CacheReadTokens { get; init; }
    public required long CacheWriteTokens { get; init; }

    /// <summary>US dollars of the replies whose price is known.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>Replies whose price is not known; they are no part of <see cref="CostUsd"/>.</summary>
    public required long UnpricedTurns { get; init; }
}

/// <summary>One of a sum's parts: a model, a day (<c>2026-11-25</c>), a session or a stage.</summary>
public sealed record UsageItem : UsageTotals
{
    [JsonPropertyOrder(-1)]
    public required string Key { get; init; }

    /// <summary>The name of a session's experiment; absent elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>What a session has spent, and what of its budget is left.</summary>
public sealed record SessionUsage
{
    public required Guid SessionId { get; init; }
    public required UsageTotals Totals { get; init; }
    public required IReadOnlyList<UsageItem> ByModel { get; init; }
    public required IReadOnlyList<UsageItem> ByStage { get; init; }
    public required IReadOnlyList<BudgetUse> Budgets { get; init; }
}

/// <summary>One limit and what of it is used.</summary>
public sealed record BudgetUse
{
    /// <summary><c>stage</c> or <c>session</c>.</summary>
    public required string Scope { get; init; }

    /// <summary><c>wall_clock</c> (seconds), <c>tokens</c>, <c>cost</c> (US dollars) or <c>steps</c>.</summary>
    public required string Kind { get; init; }
    public required double Used { get; init; }
    public required double Limit { get; init; }
}

/// <summary>Values of <c>kind</c> of a budget.</summary>
public static class BudgetKinds
{
    public const string WallClock = "wall_clock";
    public const string Tokens = "tokens";
    public const string Cost = "cost";
    public const string Steps = "steps";
}

/// <summary>Values of <c>scope</c> of a budget.</summary>
public static class BudgetScopes
{
    public const string Stage = "stage";
    public const string Session = "session";
}
