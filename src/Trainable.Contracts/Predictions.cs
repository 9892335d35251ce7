using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Contracts;

/// <summary>Rows to predict: an object a row, from raw column to value. A null, or a text that pandas takes for one, is missing.</summary>
public sealed record PredictRequest
{
    /// <summary>At most 10,000; larger tables are sent as CSV.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows { get; init; }

    /// <summary>Say of each row how its raw columns moved the prediction.</summary>
    public bool Explain { get; set; }

    /// <summary>Binary with probabilities: the positive class is predicted from this probability on, in place of the model's own label.</summary>
    public double? Threshold { get; set; }
}

/// <summary>What a session's model says of new rows.</summary>
public sealed record PredictionResult
{
    public required Guid SessionId { get; init; }

    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    public required string ProblemType { get; init; }
    public required string Target { get; init; }

    /// <summary>The classes in the order of <see cref="PredictedRow.Probabilities"/>; null for regression.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Binary: the class that scores are about.</summary>
    public string? PositiveClass { get; init; }

    /// <summary>The threshold that was asked for; null when labels are the model's own, as they were measured.</summary>
    public double? Threshold { get; init; }
    public required long RowCount { get; init; }
    public required IReadOnlyList<PredictedRow> Rows { get; init; }

    /// <summary>How explanations were made; null without any.</summary>
    public string? ExplanationMethod { get; init; }

    /// <summary>What whoever sent the rows should know, in sentences: columns that were not used, and data unlike the working rows.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
    public required DataNovelty Novelty { get; init; }
    public required double Seconds { get; init; }
}

public sealed record PredictedRow
{
    /// <summary>Counted from 1 in the order in which they came.</summary>
    public required long Row { get; init; }

    /// <summary>Text for a class, a number for regression.</summary>
    public required JsonElement Prediction { get; init; }

    /// <summary>Null for regression and for a model without probabilities.</summary>
    public IReadOnlyList<double>? Probabilities { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RowExplanation? Explanation { get; init; }
}

/// <summary>Shares of the raw columns, the largest first; they add up to <see cref="Value"/> less <see cref="Base"/>.</summary>
public sealed record RowExplanation
{
    /// <summary>Classification: the class whose probability is explained.</summary>
    public string? Class { get; init; }

    /// <summary>The mean prediction of the working rows that the row was compared with.</summary>
    public required double Base { get; init; }

    /// <summary>What was predicted for the row: a probability, or the number.</summary>
    public required double Value { get; init; }
    public required IReadOnlyList<ColumnEffect> Columns { get; init; }
}

/// <summary>What a column's value added to the prediction; <see cref="Noise"/>: standard error of the sampling.</summary>
public sealed record ColumnEffect(string Column, double Effect, double Noise);

/// <summary>How far new rows look unlike the working rows.</summary>
public sealed record DataNovelty
{
    public required long Rows { get; init; }

    /// <summary>Whether there are enough rows (100) to tell drift from chance.</summary>
    public required bool Enough { get; init; }

    /// <summary>Only those of which there is something to say.</summary>
    public required IReadOnlyList<ColumnNovelty> Columns { get; init; }
}

public sealed record ColumnNovelty
{
    public required string Column { get; init; }

    /// <summary>Whether its values are spread otherwise than the working rows', by more than chance.</summary>
    public required bool Drifted { get; init; }

    /// <summary>Population stability index over ten bins or twenty levels, of a column that drifted.</summary>
    public double? Psi { get; init; }

    /// <summary>Kolmogorov–Smirnov statistic of a column of numbers that drifted.</summary>
    public double? Ks { get; init; }

    /// <summary>Some values that no working row has, where the column has few enough different ones to say so.</summary>
    public required IReadOnlyList<string> Unseen { get; init; }
    public required long UnseenRows { get; init; }

    /// <summary>Rows with a number beyond the working rows' least or greatest.</summary>
    public required long OutsideRows { get; init; }
}

/// <summary>What a session's model takes and gives, for a form.</summary>
public sealed record PredictionForm
{
    public required string ProblemType { get; init; }
    public required string Target { get; init; }
    public IReadOnlyList<string>? Classes { get; init; }
    public string? PositiveClass { get; init; }
    public required bool HasProbabilities { get; init; }

    /// <summary>Whether the model learnt from images: it then takes images too, and the columns are made of these.</summary>
    public bool OfImages { get; init; }
    public required IReadOnlyList<RawColumnFacts> Columns { get; init; }
}

/// <summary>A raw column as the working rows have it.</summary>
public sealed record RawColumnFacts
{
    public required string Name { get; init; }

    /// <summary>number, whole, truth, date or text.</summary>
    public required string Kind { get; init; }

    /// <summary>The values of a column that has few, the commonest first.</summary>
    public IReadOnlyList<string>? Levels { get; init; }
    public double? Low { get; init; }
    public double? High { get; init; }

    /// <summary>The median, or the commonest value.</summary>
    public JsonElement? Typical { get; init; }
    public bool HasMissing { get; init; }
}
