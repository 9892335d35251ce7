using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Scoring;

/// <summary>A model's predictions on held rows beside the truth, as the metrics take them.</summary>
internal abstract record HeldPredictions(int Rows)
{
    /// <summary>Metrics of the model and of the best constant learnt from train, by name.</summary>
    public abstract (WeightedMetric Model, WeightedMetric Constant) Find(string metric);

    public abstract bool HasProbabilities { get; }

    /// <summary>Numbers: the truth and the predictions; the constant is train's mean (its median for the absolute error).</summary>
    public sealed record Numbers(double[] Truth, double[] Predicted, double[] Train) : HeldPredictions(Truth.Length)
    {
        public override bool HasProbabilities => false;

        public override (WeightedMetric Model, WeightedMetric Constant) Find(string metric) =>
            (
                new RegressionMetrics(Truth, Predicted).Find(metric),
                new RegressionMetrics(Truth, Constant(metric)).Find(metric)
            );

        private double[] Constant(string metric)
        {
            var sorted = Train.Order().ToArray();
            var value = metric == MetricNames.Mae ? sorted[sorted.Length / 2] : Train.Average();
            return [.. Enumerable.Repeat(value, Truth.Length)];
        }
    }

    /// <summary>Classes: indices into <see cref="Labels"/>; the constant predicts train's commonest class and its shares.</summary>
    public sealed record Classes(
        IReadOnlyList<string> Labels,
        int[] Truth,
        int[] Predicted,
        double[]? Probabilities,
        double[] TrainShares,
        int Positive
    ) : HeldPredictions(Truth.Length)
    {
        public override bool HasProbabilities => Probabilities is not null;

        public override (WeightedMetric Model, WeightedMetric Constant) Find(string metric) =>
            (
                new ClassificationMetrics(Truth, Predicted, Probabilities, Labels.Count, Positive).Find(metric),
                Constant().Find(metric)
            );

        private ClassificationMetrics Constant()
        {
            var common = Array.IndexOf(TrainShares, TrainShares.Max());
            var shares = new double[Truth.Length * Labels.Count];
            for (var row = 0; row < Truth.Length; row++)
                TrainShares.CopyTo(shares, row * Labels.Count);
            return new ClassificationMetrics(
                Truth,
                [.. Enumerable.Repeat(common, Truth.Length)],
                shares,
                Labels.Count,
                Positive
            );
        }
    }
}

/// <summary>Reads predictions, truth and train's target from the referee's own copies.</summary>
internal static class HeldPredictionsReader
{
    public static HeldPredictions Read(
        TableDatabase tables,
        ScoringFiles files,
        string problemType,
        string? positiveClass,
        IReadOnlyList<string>? classes
    )
    {
        var rows = tables.Scalar<long>(
            $"SELECT count(*) FROM read_parquet({TableDatabase.Literal(files.Predictions)})"
        );
        var truth = Texts(tables, files.Test, files.Target);
        if (rows != truth.Count)
            throw new UserFacingException($"The model returned {rows:N0} predictions for {truth.Count:N0} held rows.");
        return problemType == ProblemTypes.Regression
            ? Numbers(tables, files, truth)
            : Classes(tables, files, truth, positiveClass, classes);
    }

    private static HeldPredictions.Numbers Numbers(TableDatabase tables, ScoringFiles files, List<string?> truth)
    {
        var predicted = Texts(tables, files.Predictions, "prediction");
        var pairs = truth
            .Zip(predicted, (real, guess) => (Real: RawFeatures.Number(real), Guess: RawFeatures.Number(guess)))
            .Where(pair => pair.Real is not null)
            .ToList();
        if (pairs.Exists(pair => pair.Guess is null))
            throw new UserFacingException("The model predicted a missing or infinite value for a held row.");
        var train = Texts(tables, files.Train, files.Target).Select(RawFeatures.Number).OfType<double>().ToArray();
        return new HeldPredictions.Numbers(
            [.. pairs.Select(pair => pair.Real!.Value)],
            [.. pairs.Select(pair => pair.Guess!.Value)],
            train
        );
    }

    private static HeldPredictions.Classes Classes(
        TableDatabase tables,
        ScoringFiles files,
        List<string?> truth,
        string? positiveClass,
        IReadOnlyList<string>? modelClasses
    )
    {
        if (truth.Exists(text => text is null))
            throw new UserFacingException("The held rows hold missing targets, so no score can be measured.");
        var real = truth.Select(Label).ToList();
        var predicted = Texts(tables, files.Predictions, "prediction").Select(Label).ToList();
        var train = Texts(tables, files.Train, files.Target).Where(text => text is not null).Select(Label).ToList();
        // Every class that train or the held rows have, in one order; the model's own order is mapped to it.
        var labels = real.Concat(train).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var index = labels.Select((label, position) => (label, position)).ToDictionary(StringComparer.Ordinal);
        var shares = new double[labels.Count];
        foreach (var label in train)
            shares[index[label]] += 1.0 / train.Count;
        return new HeldPredictions.Classes(
            labels,
            [.. real.Select(label => index[label])],
            [.. predicted.Select(label => index.GetValueOrDefault(label, -1))],
            modelClasses is null ? null : Probabilities(tables, files, modelClasses, index, real.Count),
            shares,
            Positive(labels, positiveClass)
        );
    }

    private static double[] Probabilities(
        TableDatabase tables,
        ScoringFiles files,
        IReadOnlyList<string> modelClasses,
        Dictionary<string, int> index,
        int rows
    )
    {
        var columns = string.Join(", ", Enumerable.Range(0, modelClasses.Count).Select(number => $"p{number}::DOUBLE"));
        var places = modelClasses.Select(label => index.GetValueOrDefault(Label(label), -1)).ToArray();
        var values = new double[rows * index.Count];
        var row = 0;
        tables.ForEach(
            $"SELECT {columns} FROM read_parquet({TableDatabase.Literal(files.Predictions)})",
            reader =>
            {
                for (var column = 0; column < places.Length; column++)
                {
                    var value = reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
                    if (!double.IsFinite(value))
                        throw new UserFacingException("The model gave a probability that is missing or infinite.");
                    if (places[column] >= 0)
                        values[(row * index.Count) + places[column]] = Math.Clamp(value, 0, 1);
                }
                row++;
            }
        );
        return values;
    }

    /// <summary>The class asked for, else the greater label (1, yes, True), as scikit-learn takes it.</summary>
    private static int Positive(List<string> labels, string? chosen)
    {
        if (chosen is not null && labels.IndexOf(Label(chosen)) is >= 0 and var position)
            return position;
        return labels.Count - 1;
    }

    private static string Label(string? text) => text is null ? "" : LabelText.Normalize(text);

    private static List<string?> Texts(TableDatabase tables, string file, string column) =>
        tables.Query(
            $"SELECT {TableDatabase.Identifier(column)}::VARCHAR FROM read_parquet({TableDatabase.Literal(file)})",
            row => row.IsDBNull(0) ? null : Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture)
        );
}

/// <summary>The referee's own copies that a score is computed from.</summary>
internal sealed record ScoringFiles(string Predictions, string Test, string Train, string Target);
