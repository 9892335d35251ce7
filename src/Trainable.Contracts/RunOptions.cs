using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>What may be spent; each limit is its own, and null is no limit.</summary>
public sealed record BudgetLimits
{
    /// <summary>Wall-clock seconds; waiting for a person costs none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Seconds { get; init; }

    /// <summary>Tokens of prompts and replies together, as the provider counts them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tokens { get; init; }

    /// <summary>US dollars, by the prices of the catalogue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostUsd { get; init; }

    /// <summary>Replies of the model, each with what it runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Steps { get; init; }

    /// <summary>These limits, and those below where nothing is said here.</summary>
    public BudgetLimits Over(BudgetLimits? below) =>
        below is null
            ? this
            : new BudgetLimits
            {
                Seconds = Seconds ?? below.Seconds,
                Tokens = Tokens ?? below.Tokens,
                CostUsd = CostUsd ?? below.CostUsd,
                Steps = Steps ?? below.Steps,
            };
}

/// <summary>
/// How runs are driven: said for an experiment, for a session, or when a stage is started; what is said last counts, and null
/// leaves it to what was said before.
/// </summary>
public record RunOptions
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Models by stage, before <see cref="Model"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Models { get; init; }

    /// <summary>One of <see cref="ThinkingLevels"/>; null leaves it to the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thinking { get; init; }

    /// <summary>One of <see cref="ShareLevels"/>: what of the data a model may see.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Share { get; init; }

    /// <summary>What each stage may spend.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimits? Budget { get; init; }

    /// <summary>What all runs of the session together may spend.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetLimits? SessionBudget { get; init; }

    /// <summary>Wait for the person before each stage that would follow by itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? PauseBeforeStages { get; init; }

    /// <summary>Wait for the person before a script runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ApproveCode { get; init; }

    /// <summary>How long an agent's question waits for an answer before the agent decides itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? QuestionTimeoutSeconds { get; init; }

    /// <summary>These options, and those below where nothing is said here.</summary>
    public RunOptions Over(RunOptions? below) =>
        new()
        {
            // A model named here counts more than one that was named for a stage below.
            Model = Model ?? below?.Model,
            Models = Models ?? (Model is null ? below?.Models : null),
            Thinking = Thinking ?? below?.Thinking,
            Share = Share ?? below?.Share,
            Budget = Budget?.Over(below?.Budget) ?? below?.Budget,
            SessionBudget = SessionBudget?.Over(below?.SessionBudget) ?? below?.SessionBudget,
            PauseBeforeStages = PauseBeforeStages ?? below?.PauseBeforeStages,
            ApproveCode = ApproveCode ?? below?.ApproveCode,
            QuestionTimeoutSeconds = QuestionTimeoutSeconds ?? below?.QuestionTimeoutSeconds,
        };

    /// <summary>The model named for a stage; null when none was.</summary>
    public string? ModelOf(string stage) =>
        Models?.GetValueOrDefault(stage) is { Length: > 0 } own ? own
        : Model is { Length: > 0 } all ? all
        : null;
}

/// <summary>How much a model thinks before it answers.</summary>
public static class ThinkingLevels
{
    public const string None = "none";
    public const string Low = "low";
    public const string Medium = "medium";
    public const string High = "high";
    public const string Max = "max";

    public static readonly IReadOnlyList<string> All = [None, Low, Medium, High, Max];
}

/// <summary>What of the data a model may see.</summary>
public static class ShareLevels
{
    /// <summary>Names and types of columns and how many rows there are; no value of any cell.</summary>
    public const string Schema = "schema";

    /// <summary>Statistics, frequent levels and examples as well, and what scripts print.</summary>
    public const string Sample = "sample";

    /// <summary>Rows as well.</summary>
    public const string Full = "full";

    public static readonly IReadOnlyList<string> All = [Schema, Sample, Full];
}

/// <summary>What a session does besides its state; null when it does what its state says.</summary>
public static class Activities
{
    /// <summary>A person is asked something, and the run waits.</summary>
    public const string Waiting = "waiting";

    /// <summary>A stage is done, and the next waits for a person's word.</summary>
    public const string Paused = "paused";

    /// <summary>A conversation about a stage goes on; the state stays as it was.</summary>
    public const string Chatting = "chatting";
}
