namespace Trainable.Contracts;

/// <summary>
/// What the host measured of one Train run on the held rows, in full. It quotes held rows, so it is for people: no model ever
/// gets any of it.
/// </summary>
public sealed record Evaluation
{
    public required Guid SessionId { get; init; }
    public required Guid RunId { get; init; }

    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    public required string ProblemType { get; init; }
    public required string Target { get; init; }

    /// <summary>The main metric.</summary>
    public required string Metric { get; init; }

    /// <summary>How many held rows were measured.</summary>
    public required int Rows { get; init; }

    /// <summary>Every metric of the problem, in the order they are shown.</summary>
    public required IReadOnlyList<MeasuredMetric> Metrics { get; init; }

    /// <summary>Classification only.</summary>
    public ClassificationEvaluation? Classification { get; init; }

    /// <summary>Regression only.</summary>
    public RegressionEvaluation? Regression { get; init; }

    /// <summary>Groups of rows on which the model does clearly worse than on all of them, the worst first.</summary>
    public required IReadOnlyList<WeakSlice> Slices { get; init; }

    /// <summary>The rows the model is most wrong about, the worst first.</summary>
    public required IReadOnlyList<WorstPrediction> Worst { get; init; }

    /// <summary>What the main metric loses when a column is shuffled, the largest loss first; null when it was not measured.</summary>
    public IReadOnlyList<ColumnImportance>? Importance { get; init; }

    /// <summary>What could not be measured, and why: a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>
/// A metric on the held rows with its 95 % percentile bootstrap interval, and the same metric of the best constant learnt
/// from train.
/// </summary>
public sealed record MeasuredMetric(
    string Name,
    bool HigherIsBetter,
    double Value,
    double Low,
    double High,
    double Baseline
);

public sealed record ClassificationEvaluation
{
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The positive class of a binary problem.</summary>
    public string? PositiveClass { get; init; }

    /// <summary>Counts of rows, true label × predicted label, in the order of <see cref="Labels"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>How each label is predicted.</summary>
    public required IReadOnlyList<LabelMeasure> PerLabel { get; init; }

    /// <summary>
    /// Binary with probabilities: what each threshold on the positive class's probability would do, from the highest down.
    /// ROC and precision–recall curves are drawn from it.
    /// </summary>
    public IReadOnlyList<ThresholdOutcome>? Thresholds { get; init; }

    /// <summary>
    /// Binary with probabilities: from which probability of the positive class on the model itself gives that label, as its
    /// labels of the held rows show it. Null where they do not follow its probabilities, or no row says where it lies.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>How far predicted probabilities are what happens; null for a model without probabilities.</summary>
    public Calibration? Calibration { get; init; }
}

/// <summary>Precision, recall and F1 of one label; 0 where nothing was predicted or nothing is there.</summary>
public sealed record LabelMeasure(string Label, int Rows, double Precision, double Recall, double F1);

/// <summary>Counts of rows when a probability of at least <see cref="Threshold"/> means the positive class.</summary>
public sealed record ThresholdOutcome(
    double Threshold,
    int TruePositives,
    int FalsePositives,
    int TrueNegatives,
    int FalseNegatives
);

public sealed record Calibration
{
    /// <summary>Mean distance of predicted and observed share over the bins, weighted by their rows.</summary>
    public required double ExpectedError { get; init; }

    /// <summary>At most ten bins of about as many rows each, by rising probability.</summary>
    public required IReadOnlyList<CalibrationBin> Bins { get; init; }
}

/// <summary>Rows of similar probability. <see cref="Low"/> to <see cref="High"/>: Wilson's 95 % interval of the observed share.</summary>
public sealed record CalibrationBin(double Predicted, double Observed, double Low, double High, int Rows);

public sealed record RegressionEvaluation
{
    /// <summary>Truth and prediction of at most 500 rows, evenly taken.</summary>
    public required IReadOnlyList<TruthAndPrediction> Points { get; init; }

    /// <summary>Predicted minus true value: 31 bins of one width between the 1st and the 99th percentile, the rest in the outer two.</summary>
    public required IReadOnlyList<HistogramBin> Residuals { get; init; }

    /// <summary>The absolute error that 50, 80, 90 and 95 % of the rows stay below.</summary>
    public required IReadOnlyList<ErrorQuantile> AbsoluteErrors { get; init; }
}

public sealed record TruthAndPrediction(double Truth, double Prediction);

public sealed record HistogramBin(double From, double To, int Rows);

public sealed record ErrorQuantile(double Share, double Error);

/// <summary>
/// Rows that share a value or a range of one raw column. <see cref="Low"/> to <see cref="High"/>: bootstrap interval of the
/// main metric on them; it lies wholly on the bad side of <see cref="Overall"/>.
/// </summary>
public sealed record WeakSlice(
    string Column,
    string Description,
    int Rows,
    double Value,
    double Low,
    double High,
    double Overall
);

public sealed record WorstPrediction
{
    /// <summary>Position among the held rows, from 0.</summary>
    public required int Row { get; init; }
    public required string Truth { get; init; }
    public required string Prediction { get; init; }

    /// <summary>Classification: the probability the model gave the truth; null without probabilities.</summary>
    public double? TruthProbability { get; init; }

    /// <summary>Regression: predicted minus true value.</summary>
    public double? Error { get; init; }

    /// <summary>The row's raw values, as text; long ones are cut.</summary>
    public required IReadOnlyDictionary<string, string?> Values { get; init; }
}

/// <summary>Mean and standard deviation, over repeated shuffles, of what the main metric gets worse by.</summary>
public sealed record ColumnImportance(string Column, double Loss, double StandardDeviation);
