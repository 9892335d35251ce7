using System.Globalization;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.Referee.Scoring;

/// <summary>
/// Reads predictions from the referee's own copy and holds them against the truth. The harness has looked at them, but the
/// model ran beside it and may have written the file itself: what cannot be measured is refused here once more.
/// </summary>
internal static class HeldPredictionsReader
{
    /// <summary>float32 probabilities of many classes add up to 1 within this; the harness allows the same.</summary>
    private const double SumTolerance = 1e-3;

    /// <param name="tables">Sees the file.</param>
    /// <param name="truth">As many rows as there must be predictions.</param>
    /// <param name="source">SQL of a table with <c>prediction</c> and, for probabilities, <c>p0…pk</c>.</param>
    /// <param name="classes">The model's own order of classes; null when it gives no probabilities.</param>
    /// <exception cref="UserFacingException">The predictions cannot be measured.</exception>
    public static HeldPredictions Read(
        TableDatabase tables,
        HeldTruth truth,
        string source,
        IReadOnlyList<string>? classes
    )
    {
        var rows = tables.Scalar<long>($"SELECT count(*) FROM {source}");
        if (rows != truth.Rows)
            throw new UserFacingException($"The model returned {rows:N0} predictions for {truth.Rows:N0} held rows.");
        var predicted = tables.Query(
            $"SELECT prediction::VARCHAR FROM {source}",
            row => row.IsDBNull(0) ? null : row.GetString(0)
        );
        return truth switch
        {
            HeldTruth.Numbers numbers => Numbers(numbers, predicted),
            HeldTruth.Classes labels => Classes(tables, labels, source, predicted, classes),
            _ => throw new ArgumentOutOfRangeException(nameof(truth)),
        };
    }

    public static string Source(string file) => $"read_parquet({TableDatabase.Literal(file)})";

    public static List<string?> Texts(TableDatabase tables, string file, string column) =>
        tables.Query(
            $"SELECT {TableDatabase.Identifier(column)}::VARCHAR FROM {Source(file)}",
            row => row.IsDBNull(0) ? null : row.GetString(0)
        );

    private static HeldPredictions.Numbers Numbers(HeldTruth.Numbers truth, List<string?> predicted)
    {
        var pairs = truth
            .Values.Zip(predicted, (real, guess) => (Real: real, Guess: Number(guess)))
            .Select((pair, row) => (pair.Real, pair.Guess, Row: row))
            .Where(pair => pair.Real is not null)
            .ToList();
        if (pairs.Count(pair => pair.Guess is null) is > 0 and var unusable)
            throw new UserFacingException(
                $"The model predicted a missing or infinite value, or no number, for {unusable:N0} of {pairs.Count:N0} held rows."
            );
        return new HeldPredictions.Numbers(
            [.. pairs.Select(pair => pair.Real!.Value)],
            [.. pairs.Select(pair => pair.Guess!.Value)],
            truth.Train,
            [.. pairs.Select(pair => pair.Row)]
        );
    }

    private static HeldPredictions.Classes Classes(
        TableDatabase tables,
        HeldTruth.Classes truth,
        string source,
        List<string?> predicted,
        IReadOnlyList<string>? modelClasses
    )
    {
        if (predicted.Count(text => text is null) is > 0 and var missing)
            throw new UserFacingException(
                $"The model predicted nothing for {missing:N0} of {truth.Rows:N0} held rows."
            );
        var guesses = predicted.Select(text => truth.Place(text!)).ToArray();
        if (guesses.Count(guess => guess < 0) is > 0 and var unknown)
            throw new UserFacingException(
                $"The model predicted labels that the target never has, for {unknown:N0} of {truth.Rows:N0} held rows. "
                    + "It must return the raw target's values."
            );
        var places = modelClasses?.Select(truth.Place).ToArray();
        return new HeldPredictions.Classes(
            truth.Labels,
            truth.Values,
            guesses,
            places is null ? null : Probabilities(tables, source, places, truth.Labels.Count, truth.Rows),
            truth.TrainShares,
            truth.Positive
        );
    }

    /// <summary>Probabilities in the order of the labels; a class of the model's that no row has drops out.</summary>
    private static double[] Probabilities(TableDatabase tables, string source, int[] places, int labels, int rows)
    {
        var columns = string.Join(", ", Enumerable.Range(0, places.Length).Select(number => $"p{number}::DOUBLE"));
        var values = new double[rows * labels];
        var row = 0;
        tables.ForEach(
            $"SELECT {columns} FROM {source}",
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

    /// <summary>A prediction, which the harness has written as a double.</summary>
    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
