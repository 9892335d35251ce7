using System.Text.Json;

namespace Trainable.Contracts;

/// <summary>One thing the referee found: a stable code, a sentence for people and models, and what shows it.</summary>
public sealed record Finding(string Code, string Message, JsonElement? Evidence = null);

/// <summary>What the referee says of a stage's outputs.</summary>
public sealed record CheckReport
{
    public required string Stage { get; init; }
    public required IReadOnlyList<Finding> Passed { get; init; }
    public required IReadOnlyList<Finding> Warnings { get; init; }
    public required IReadOnlyList<Finding> Errors { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool Ok => Errors.Count == 0;

    /// <summary>Both reports' findings, this one's first.</summary>
    public CheckReport With(CheckReport more) =>
        this with
        {
            Passed = [.. Passed, .. more.Passed],
            Warnings = [.. Warnings, .. more.Warnings],
            Errors = [.. Errors, .. more.Errors],
        };
}

/// <summary>What the host measured on the held rows.</summary>
public sealed record ScoreReport
{
    public required string ProblemType { get; init; }

    /// <summary>The main metric's name, such as <c>roc_auc</c>, <c>accuracy</c> or <c>rmse</c>.</summary>
    public required string Metric { get; init; }
    public required bool HigherIsBetter { get; init; }
    public required double Value { get; init; }

    /// <summary>95 % percentile bootstrap interval of <see cref="Value"/> over the held rows, and its standard error.</summary>
    public required double Low { get; init; }
    public required double High { get; init; }
    public required double StandardError { get; init; }

    /// <summary>The same metric for the best constant learnt from train, with its own interval on the same rows.</summary>
    public required double Baseline { get; init; }
    public required double BaselineLow { get; init; }
    public required double BaselineHigh { get; init; }

    /// <summary>Every metric of the problem by name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }
    public required long Rows { get; init; }

    /// <summary>One of <see cref="HoldoutModes"/>: who kept the rows.</summary>
    public required string Holdout { get; init; }

    /// <summary>Which rows were kept and why these, in a sentence; null in scores of earlier versions.</summary>
    public string? HoldoutReason { get; init; }

    /// <summary>True when an earlier score on the same rows had been shown before this model was trained.</summary>
    public required bool TestSetWasOpen { get; init; }
    public string? PositiveClass { get; init; }

    /// <summary>What the agent said the model scores (its <c>val_metrics</c>), beside what was measured.</summary>
    public JsonElement? Claimed { get; init; }
    public IReadOnlyList<string> Notes { get; set; } = [];
}
