using System.Globalization;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>The rows a model is most wrong about: the least probability for the truth, or the largest error.</summary>
internal static class WorstRows
{
    private const int Most = 25;
    private const int MostColumns = 40;

    public static List<WorstPrediction> Of(HeldPredictions held, RawRows? raw, string target)
    {
        var columns = raw
            ?.Columns.Select((name, index) => (Name: name, Index: index))
            .Where(column => column.Name != target)
            .Take(MostColumns)
            .ToList();
        IReadOnlyDictionary<string, string?> Values(int row) =>
            columns?.ToDictionary(
                column => column.Name,
                column => raw!.Values[column.Index][held.Position(row)] is { } text ? ShownText.Cut(text) : null,
                StringComparer.Ordinal
            )
            ?? [];
        return held switch
        {
            HeldPredictions.Numbers numbers => [.. Ordered(numbers).Select(row => Number(numbers, row, Values(row)))],
            HeldPredictions.Classes classes => [.. Ordered(classes).Select(row => Label(classes, row, Values(row)))],
            _ => throw new ArgumentOutOfRangeException(nameof(held)),
        };
    }

    private static IEnumerable<int> Ordered(HeldPredictions.Numbers held) =>
        Enumerable
            .Range(0, held.Rows)
            .OrderByDescending(row => Math.Abs(held.Predicted[row] - held.Truth[row]))
            .Take(Most);

    /// <summary>Wrong ones alone: a right prediction of little confidence is not a mistake.</summary>
    private static IEnumerable<int> Ordered(HeldPredictions.Classes held) =>
        Enumerable
            .Range(0, held.Rows)
            .Where(row => held.Predicted[row] != held.Truth[row])
            .OrderBy(row => held.HasProbabilities ? held.Probability(row, held.Truth[row]) : 0)
            .Take(Most);

    private static WorstPrediction Number(
        HeldPredictions.Numbers held,
        int row,
        IReadOnlyDictionary<string, string?> values
    ) =>
        new()
        {
            Row = held.Position(row),
            Truth = held.Truth[row].ToString("R", CultureInfo.InvariantCulture),
            Prediction = held.Predicted[row].ToString("R", CultureInfo.InvariantCulture),
            Error = held.Predicted[row] - held.Truth[row],
            Values = values,
        };

    private static WorstPrediction Label(
        HeldPredictions.Classes held,
        int row,
        IReadOnlyDictionary<string, string?> values
    ) =>
        new()
        {
            Row = held.Position(row),
            Truth = ShownText.Cut(held.Labels[held.Truth[row]]),
            Prediction = ShownText.Cut(held.Labels[held.Predicted[row]]),
            TruthProbability = held.HasProbabilities ? held.Probability(row, held.Truth[row]) : null,
            Values = values,
        };
}
