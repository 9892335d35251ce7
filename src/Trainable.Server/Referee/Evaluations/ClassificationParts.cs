using Trainable.Contracts;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>What can be said of predicted classes beyond their metrics.</summary>
internal static class ClassificationParts
{
    /// <summary>Thresholds shown at most; they lie at even shares of the rows, so that the curves are as fine as the data.</summary>
    private const int MostThresholds = 101;

    public static ClassificationEvaluation Of(HeldPredictions.Classes held)
    {
        var confusion = Confusion(held);
        var isBinary = held.Labels.Count == 2;
        var hasThreshold = isBinary && held.HasProbabilities;
        var cut = hasThreshold ? Cut(held) : default;
        return new ClassificationEvaluation
        {
            Labels = held.Labels,
            PositiveClass = isBinary ? held.Labels[held.Positive] : null,
            Confusion = confusion,
            PerLabel = [.. held.Labels.Select((label, index) => Measure(label, index, confusion))],
            Thresholds = hasThreshold ? Thresholds(held, cut.Lowest) : null,
            Threshold = hasThreshold ? cut.Threshold : null,
            Calibration = held.HasProbabilities ? CalibrationBins.Of(held) : null,
        };
    }

    private static int[][] Confusion(HeldPredictions.Classes held)
    {
        var counts = held.Labels.Select(_ => new int[held.Labels.Count]).ToArray();
        for (var row = 0; row < held.Rows; row++)
            counts[held.Truth[row]][held.Predicted[row]]++;
        return counts;
    }

    private static LabelMeasure Measure(string label, int index, int[][] confusion)
    {
        var truths = confusion[index].Sum();
        var claims = confusion.Sum(row => row[index]);
        var both = confusion[index][index];
        return new LabelMeasure(
            label,
            truths,
            Precision: claims == 0 ? 0 : (double)both / claims,
            Recall: truths == 0 ? 0 : (double)both / truths,
            F1: truths + claims == 0 ? 0 : 2.0 * both / (truths + claims)
        );
    }

    /// <summary>
    /// Where the model's own labels part: the lowest probability that it calls positive, and the threshold, which is a half
    /// where nothing speaks against it.
    /// </summary>
    private static (double Lowest, double? Threshold) Cut(HeldPredictions.Classes held)
    {
        var (lowest, highest) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var row = 0; row < held.Rows; row++)
        {
            var probability = held.Probability(row, held.Positive);
            if (held.Predicted[row] == held.Positive)
                lowest = Math.Min(lowest, probability);
            else
                highest = Math.Max(highest, probability);
        }
        if (highest <= 0.5 && lowest >= 0.5)
            return (lowest, 0.5);
        return (lowest, lowest >= highest && double.IsFinite(lowest) ? lowest : null);
    }

    /// <summary>One pass down the rows by falling probability; equal probabilities fall on one side together.</summary>
    /// <param name="held">The predictions.</param>
    /// <param name="shownAlways">A threshold that is listed however many others are: the model's own.</param>
    private static List<ThresholdOutcome> Thresholds(HeldPredictions.Classes held, double shownAlways)
    {
        var scores = Enumerable.Range(0, held.Rows).Select(row => held.Probability(row, held.Positive)).ToArray();
        int[] order = [.. Enumerable.Range(0, held.Rows).OrderByDescending(row => scores[row])];
        var positives = held.Truth.Count(label => label == held.Positive);
        var negatives = held.Rows - positives;
        var outcomes = new List<ThresholdOutcome>(MostThresholds);
        var (truePositives, falsePositives, shown) = (0, 0, 0.0);
        for (var start = 0; start < order.Length; )
        {
            var threshold = scores[order[start]];
            var end = start;
            for (; end < order.Length && scores[order[end]].Equals(threshold); end++)
            {
                if (held.Truth[order[end]] == held.Positive)
                    truePositives++;
                else
                    falsePositives++;
            }
            start = end;
            if (end < order.Length && end < shown && !threshold.Equals(shownAlways))
                continue;
            shown = end + ((double)order.Length / (MostThresholds - 1));
            outcomes.Add(
                new ThresholdOutcome(
                    threshold,
                    truePositives,
                    falsePositives,
                    negatives - falsePositives,
                    positives - truePositives
                )
            );
        }
        return outcomes;
    }
}
