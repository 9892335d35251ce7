using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>A model that stages can be run with.</summary>
public sealed record ModelItem
{
    public required string Id { get; init; }
    public required string Provider { get; init; }

    /// <summary>False when something has to be set first; <see cref="Reason"/> says what.</summary>
    public required bool Available { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Tokens of prompt and reply together; null where there is no such limit.</summary>
    public long? ContextWindow { get; init; }

    /// <summary>Null when they are not known, or nothing is paid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelPrices? Prices { get; init; }

    /// <summary>The levels of thinking it takes; empty when it does not think.</summary>
    public IReadOnlyList<string> Thinking { get; set; } = [];

    /// <summary>What a stage gets when nobody names a model.</summary>
    public required bool Default { get; init; }
}

/// <summary>US dollars for a million tokens. <see cref="Input"/> is for what neither came from the cache nor was written to it.</summary>
public sealed record ModelPrices(decimal Input, decimal Output, decimal CacheWrite, decimal CacheRead);
