namespace Trainable.Server.Referee.Scoring;

/// <summary>A model's predictions on held rows beside the truth, as the metrics take them.</summary>
internal abstract record HeldPredictions(int Rows)
{
    /// <summary>Metrics of the model and of the best constant learnt from train, by name.</summary>
    public abstract (WeightedMetric Model, WeightedMetric Constant) Find(string metric);

    public abstract bool HasProbabilities { get; }

    /// <summary>Where a row stands in the sealed test set; not all of its rows may have been measured.</summary>
    public virtual int Position(int row) => row;

    /// <summary>Numbers: the truth and the predictions; the constant is train's mean (its median for the absolute error).</summary>
    /// <param name="Positions">Rows whose target is no number are left out.</param>
    public sealed record Numbers(double[] Truth, double[] Predicted, double[] Train, int[] Positions)
        : HeldPredictions(Truth.Length)
    {
        public override int Position(int row) => Positions[row];

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

        public double Probability(int row, int label) => Probabilities![(row * Labels.Count) + label];

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
