using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Scoring;

/// <summary>The referee's own copies that a score is computed from.</summary>
internal sealed record ScoringFiles(string Predictions, string Test, string Train, string Target);

/// <summary>
/// Reads predictions, truth and train's target from the referee's own copies. The harness has looked at the predictions, but
/// the model ran beside it and may have written the file itself: what cannot be measured is refused here once more.
/// </summary>
internal static class HeldPredictionsReader
{
    /// <summary>float32 probabilities of many classes add up to 1 within this; the harness allows the same.</summary>
    private const double SumTolerance = 1e-3;

    /// <exception cref="UserFacingException">The predictions cannot be measured.</exception>
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
            .Zip(predicted, (real, guess) => (Real: WrittenNumber.Read(real), Guess: Number(guess)))
            .Where(pair => pair.Real is not null)
            .ToList();
        if (pairs.Count == 0)
            throw new UserFacingException("No held row's target is a number, so no score can be measured.");
        if (pairs.Count(pair => pair.Guess is null) is > 0 and var unusable)
            throw new UserFacingException(
                $"The model predicted a missing or infinite value, or no number, for {unusable:N0} of {pairs.Count:N0} held rows."
            );
        var train = Texts(tables, files.Train, files.Target).Select(WrittenNumber.Read).OfType<double>().ToArray();
        if (train.Length == 0)
            throw new UserFacingException("Train's target holds no numbers, so there is no baseline. Run Prep again.");
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
        var words = new TargetLabels(truth!);
        var real = truth.Select(text => words.Of(text!)).ToList();
        var predicted = Texts(tables, files.Predictions, "prediction");
        if (predicted.Count(text => text is null) is > 0 and var missing)
            throw new UserFacingException(
                $"The model predicted nothing for {missing:N0} of {real.Count:N0} held rows."
            );
        var train = Texts(tables, files.Train, files.Target).OfType<string>().Select(words.Of).ToList();
        if (train.Count == 0)
            throw new UserFacingException("Train's target is empty, so there is no baseline. Run Prep again.");
        // Every class that train or the held rows have, in one order; the model's own order is mapped to it.
        var labels = real.Concat(train).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var index = labels.Select((label, position) => (label, position)).ToDictionary(StringComparer.Ordinal);
        var guesses = predicted.Select(text => index.GetValueOrDefault(words.Of(text!), -1)).ToArray();
        if (guesses.Count(guess => guess < 0) is > 0 and var unknown)
            throw new UserFacingException(
                $"The model predicted labels that `{files.Target}` never has, for {unknown:N0} of {real.Count:N0} held rows. "
                    + "It must return the raw target's values."
            );
        var shares = new double[labels.Count];
        foreach (var label in train)
            shares[index[label]] += 1.0 / train.Count;
        var places = modelClasses?.Select(label => index.GetValueOrDefault(words.Of(label), -1)).ToArray();
        return new HeldPredictions.Classes(
            labels,
            [.. real.Select(label => index[label])],
            guesses,
            places is null ? null : Probabilities(tables, files.Predictions, places, labels.Count, real.Count),
            shares,
            Positive(labels, positiveClass is null ? null : words.Of(positiveClass))
        );
    }

    /// <summary>Probabilities in the order of the labels; a class of the model's that no row has drops out.</summary>
    private static double[] Probabilities(TableDatabase tables, string file, int[] places, int labels, int rows)
    {
        var columns = string.Join(", ", Enumerable.Range(0, places.Length).Select(number => $"p{number}::DOUBLE"));
        var values = new double[rows * labels];
        var row = 0;
        tables.ForEach(
            $"SELECT {columns} FROM read_parquet({TableDatabase.Literal(file)})",
            reader =>
            {
                double sum = 0;
                for (var column = 0; column < places.Length; column++)
                {
                    var value = reader.IsDBNull(column) ? double.NaN : reader.GetDouble(column);
                    if (value is not (>= -SumTolerance and <= 1 + SumTolerance))
                        throw new UserFacingException(
                            "The model gave a probability that is missing or lies outside 0 to 1."
                        );
                    sum += value;
                    if (places[column] >= 0)
                        values[(row * labels) + places[column]] += Math.Clamp(value, 0, 1);
                }
                if (Math.Abs(sum - 1) > SumTolerance)
                    throw new UserFacingException("The model gave probabilities that do not add up to 1.");
                row++;
            }
        );
        return values;
    }

    /// <summary>The class asked for, else the greater label (1, yes, True), as scikit-learn takes it.</summary>
    private static int Positive(List<string> labels, string? chosen) =>
        chosen is not null && labels.IndexOf(chosen) is >= 0 and var position ? position : labels.Count - 1;

    /// <summary>A prediction, which the harness has written as a double.</summary>
    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;

    private static List<string?> Texts(TableDatabase tables, string file, string column) =>
        tables.Query(
            $"SELECT {TableDatabase.Identifier(column)}::VARCHAR FROM read_parquet({TableDatabase.Literal(file)})",
            row => row.IsDBNull(0) ? null : row.GetString(0)
        );
}
