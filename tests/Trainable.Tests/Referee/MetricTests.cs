using Trainable.Server.Referee.Scoring;

namespace Trainable.Tests.Referee;

/// <summary>The expected values were computed with scikit-learn 1.2.1 on the same numbers.</summary>
public sealed class MetricTests
{
    private const double Tolerance = 1e-9;

    private static readonly ClassificationMetrics ThreeClasses = new(
        [0, 1, 1, 0, 1, 0, 2, 2, 1, 0, 2, 1],
        [0, 1, 0, 0, 1, 1, 2, 1, 1, 0, 2, 1],
        [
            .7,
            .2,
            .1,
            .1,
            .8,
            .1,
            .5,
            .4,
            .1,
            .6,
            .3,
            .1,
            .2,
            .7,
            .1,
            .3,
            .4,
            .3,
            .1,
            .2,
            .7,
            .2,
            .5,
            .3,
            .25,
            .5,
            .25,
            .9,
            .05,
            .05,
            .1,
            .1,
            .8,
            .3,
            .6,
            .1,
        ],
        classes: 3
    );

    private static readonly double[] Scores = [.1, .4, .35, .8, .8, .3, .35, .9, .6, .2];

    private static readonly ClassificationMetrics TwoClasses = new(
        [0, 1, 1, 0, 1, 0, 0, 1, 1, 0],
        [.. Scores.Select(score => score > .5 ? 1 : 0)],
        [.. Scores.SelectMany(score => new[] { 1 - score, score })],
        classes: 2
    );

    [Theory]
    [InlineData("accuracy", 0.75)]
    [InlineData("balanced_accuracy", 0.7388888888888889)]
    [InlineData("f1_macro", 0.7590909090909091)]
    [InlineData("roc_auc", 0.9591545414462082)]
    [InlineData("log_loss", 0.5550589348933663)]
    public void MulticlassMetricsAreScikitLearns(string metric, double expected) =>
        ThreeClasses.Find(metric)(Once(12)).ShouldBe(expected, Tolerance);

    [Theory]
    [InlineData("roc_auc", 0.84)]
    [InlineData("accuracy", 0.7)]
    [InlineData("balanced_accuracy", 0.7)]
    [InlineData("f1", 2.0 / 3)]
    [InlineData("log_loss", 0.5530842386548183)]
    [InlineData("brier_score", 0.1895)]
    public void BinaryMetricsAreScikitLearns(string metric, double expected) =>
        TwoClasses.Find(metric)(Once(10)).ShouldBe(expected, Tolerance);

    [Theory]
    [InlineData("rmse", 0.5639148871948674)]
    [InlineData("mae", 0.46)]
    [InlineData("r2", 0.9480256276150627)]
    public void RegressionMetricsAreScikitLearns(string metric, double expected) =>
        new RegressionMetrics([3, -0.5, 2, 7, 4.2], [2.5, 0, 2, 8, 3.9])
            .Find(metric)(Once(5))
            .ShouldBe(expected, Tolerance);

    [Fact]
    public void AWeightCountsARowThatOften()
    {
        var twice = new RegressionMetrics([1, 1, 5], [2, 2, 5]);
        var weighted = new RegressionMetrics([1, 5], [2, 5]);
        weighted.Rmse([2, 1]).ShouldBe(twice.Rmse([1, 1, 1]), Tolerance);
    }

    [Fact]
    public void AnAreaWithOneClassIsNotDefined() =>
        double.IsNaN(TwoClasses.RocAuc([1, 0, 0, 1, 0, 1, 1, 0, 0, 1])).ShouldBeTrue();

    [Fact]
    public void AnIntervalHoldsItsValueAndIsTheSameAgain()
    {
        var metric = TwoClasses.Find("accuracy");
        var first = Resampling.Bootstrap(10, 42, metric)[0];
        var again = Resampling.Bootstrap(10, 42, metric)[0];
        first.ShouldBe(again);
        first.Low.ShouldBeLessThan(first.Value);
        first.High.ShouldBeGreaterThan(first.Value);
        // The standard error of a share p of n rows is √(p(1−p)/n) = 0.145.
        first.StandardError.ShouldBe(0.145, 0.015);
    }

    [Theory]
    [InlineData("AUC", "binary", "roc_auc")]
    [InlineData("f1", "multiclass", "f1_macro")]
    [InlineData("Log Loss", "binary", "log_loss")]
    [InlineData("rmse", "binary", null)]
    [InlineData("", "regression", null)]
    public void AMetricIsKnownByItsUsualNames(string asked, string problem, string? expected) =>
        MetricNames.Parse(asked, problem).ShouldBe(expected);

    private static int[] Once(int rows) => [.. Enumerable.Repeat(1, rows)];
}
