using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Files;

namespace Trainable.Server.Referee.Scoring;

/// <summary>The referee's own copies that hold the truth: the sealed test set, and train's target.</summary>
internal sealed record ScoringFiles(string Test, string Train, string Target);

/// <summary>What is true of the held rows, read once: predictions of any number of models or tables are held against it.</summary>
internal abstract record HeldTruth
{
    /// <summary>How many rows the sealed test set has; a model predicts each of them.</summary>
    public required int Rows { get; init; }

    /// <summary>Numbers by row (null: not a number, not measured), and train's.</summary>
    public sealed record Numbers(double?[] Values, double[] Train) : HeldTruth;

    /// <summary>Class of each row, as an index into <see cref="Labels"/>.</summary>
    /// <param name="Labels">Every class that train or the held rows have, in one order; a model's own order is mapped to it.</param>
    /// <param name="Values">A class for each row.</param>
    /// <param name="TrainShares">How common each class is in train.</param>
    /// <param name="Positive">The positive class of a binary problem.</param>
    /// <param name="Words">How labels are compared.</param>
    public sealed record Classes(
        IReadOnlyList<string> Labels,
        int[] Values,
        double[] TrainShares,
        int Positive,
        TargetLabels Words
    ) : HeldTruth
    {
        private readonly Dictionary<string, int> _places = Labels
            .Select((label, place) => (label, place))
            .ToDictionary(StringComparer.Ordinal);

        /// <returns>-1 for a label that neither train nor the held rows have.</returns>
        public int Place(string label) => _places.GetValueOrDefault(Words.Of(label), -1);
    }

    /// <summary>The truth of some of the rows, in the order given.</summary>
    public HeldTruth Of(IReadOnlyList<int> rows) =>
        this switch
        {
            Numbers all => all with { Rows = rows.Count, Values = [.. rows.Select(row => all.Values[row])] },
            Classes all => all with { Rows = rows.Count, Values = [.. rows.Select(row => all.Values[row])] },
            _ => throw new InvalidOperationException("There is no other kind of truth."),
        };

    /// <exception cref="UserFacingException">No score can be measured against it.</exception>
    public static HeldTruth Read(TableDatabase tables, ScoringFiles files, string problemType, string? positiveClass)
    {
        var truth = HeldPredictionsReader.Texts(tables, files.Test, files.Target);
        var train = HeldPredictionsReader.Texts(tables, files.Train, files.Target);
        return problemType == ProblemTypes.Regression
            ? ReadNumbers(truth, train)
            : ReadClasses(truth, train, positiveClass);
    }

    private static Numbers ReadNumbers(List<string?> truth, List<string?> train)
    {
        double?[] values = [.. truth.Select(WrittenNumber.Read)];
        if (values.All(value => value is null))
            throw new UserFacingException("No held row's target is a number, so no score can be measured.");
        double[] learnt = [.. train.Select(WrittenNumber.Read).OfType<double>()];
        if (learnt.Length == 0)
            throw new UserFacingException("Train's target holds no numbers, so there is no baseline. Run Prep again.");
        return new Numbers(values, learnt) { Rows = values.Length };
    }

    private static Classes ReadClasses(List<string?> truth, List<string?> train, string? positiveClass)
    {
        if (truth.Exists(text => text is null))
            throw new UserFacingException("The held rows hold missing targets, so no score can be measured.");
        var words = new TargetLabels(truth!);
        var real = truth.Select(text => words.Of(text!)).ToList();
        var learnt = train.OfType<string>().Select(words.Of).ToList();
        if (learnt.Count == 0)
            throw new UserFacingException("Train's target is empty, so there is no baseline. Run Prep again.");
        var labels = real.Concat(learnt).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var places = labels.Select((label, place) => (label, place)).ToDictionary(StringComparer.Ordinal);
        var shares = new double[labels.Count];
        foreach (var label in learnt)
            shares[places[label]] += 1.0 / learnt.Count;
        return new Classes(
            labels,
            [.. real.Select(label => places[label])],
            shares,
            PositiveOf(labels, positiveClass is null ? null : words.Of(positiveClass)),
            words
        )
        {
            Rows = real.Count,
        };
    }

    /// <summary>The class asked for, else the greater label (1, yes, True), as scikit-learn takes it.</summary>
    private static int PositiveOf(List<string> labels, string? chosen) =>
        chosen is not null && labels.IndexOf(chosen) is >= 0 and var position ? position : labels.Count - 1;
}
