using CsCheck;
using Trainable.Server.Referee.Evaluations;
using Trainable.Server.Referee.Files;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Tests.Referee;

/// <summary>What is said of predictions beyond a score, on numbers that can be counted by hand.</summary>
public sealed class EvaluationPartsTests
{
    private static readonly double[] Scores = [.1, .4, .35, .8, .8, .3, .35, .9, .6, .2];
    private static readonly int[] Truth = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];

    [Fact]
    public void AThresholdSaysWhatItWouldDoToEveryRow()
    {
        var parts = ClassificationParts.Of(Binary(Truth, Scores));
        parts.Confusion.ShouldBe([
            [4, 1],
            [2, 3],
        ]);
        parts.PerLabel[1].ShouldBe(new("yes", 5, 3.0 / 4, 3.0 / 5, 2.0 / 3));
        // Equal probabilities go over together: .8 belongs to a right and to a wrong one.
        parts.Thresholds!.Select(one => one.Threshold).ShouldBe([.9, .8, .6, .4, .35, .3, .2, .1]);
        parts
            .Thresholds![1]
            .ShouldBe(new(.8, TruePositives: 2, FalsePositives: 1, TrueNegatives: 4, FalseNegatives: 3));
        parts.Thresholds![^1].ShouldBe(new(.1, 5, 5, 0, 0));
    }

    [Fact]
    public void EveryThresholdCountsEveryRowOnceAndTheLastTakesAll() =>
        Gen.Select(Gen.Int[0, 1], Gen.Double[0, 1])
            .Array[1, 400]
            .Sample(rows =>
            {
                var thresholds = ClassificationParts
                    .Of(Binary([.. rows.Select(row => row.Item1)], [.. rows.Select(row => row.Item2)]))
                    .Thresholds!;
                thresholds.Count.ShouldBeLessThanOrEqualTo(102);
                thresholds.ShouldAllBe(one =>
                    one.TruePositives + one.FalsePositives + one.TrueNegatives + one.FalseNegatives == rows.Length
                );
                thresholds.Zip(thresholds.Skip(1)).ShouldAllBe(pair => pair.First.Threshold > pair.Second.Threshold);
                thresholds[^1].TrueNegatives.ShouldBe(0);
                thresholds[^1].FalseNegatives.ShouldBe(0);
            });

    [Theory]
    [InlineData(0.5, 0.5)] // Nothing speaks against a half.
    [InlineData(0.55, 0.5)] // No row lies between.
    [InlineData(0.33, 0.35)]
    [InlineData(0.7, 0.8)]
    [InlineData(0.95, null)] // No row is called positive: it lies anywhere above.
    public void TheModelsOwnThresholdIsReadOffItsLabels(double cut, double? threshold) =>
        ClassificationParts.Of(Binary(Truth, Scores, cut)).Threshold.ShouldBe(threshold);

    [Fact]
    public void LabelsThatDoNotFollowTheProbabilitiesHaveNoThreshold()
    {
        var turned = Binary(Truth, Scores) with { Predicted = [1, 0, 0, 0, 0, 1, 1, 0, 0, 1] };
        ClassificationParts.Of(turned).Threshold.ShouldBeNull();
    }

    [Fact]
    public void TheModelsOwnThresholdIsAmongThoseListedHoweverManyRowsThereAre()
    {
        double[] scores = [.. Enumerable.Range(0, 5_000).Select(row => row / 5_000.0)];
        int[] truth = [.. scores.Select((_, row) => row % 3 == 0 ? 1 : 0)];
        var parts = ClassificationParts.Of(Binary(truth, scores, cut: .3334));
        parts.Threshold.ShouldBe(.3334);
        var own = parts.Thresholds!.Single(one => one.Threshold.Equals(.3334));
        parts.Confusion.ShouldBe([
            [own.TrueNegatives, own.FalsePositives],
            [own.FalseNegatives, own.TruePositives],
        ]);
    }

    [Fact]
    public void CalibrationTellsATruthfulModelFromABoastfulOne()
    {
        // A hundred rows at each of .1, .3, .5, .7 and .9, of which just that share is positive.
        double[] shares = [.1, .3, .5, .7, .9];
        int[] truth =
        [
            .. shares.SelectMany(share => Enumerable.Range(0, 100).Select(row => row < share * 100 ? 1 : 0)),
        ];
        double[] honest = [.. shares.SelectMany(share => Enumerable.Repeat(share, 100))];
        double[] boastful = [.. honest.Select(share => share > .5 ? .99 : .01)];
        ClassificationParts.Of(Binary(truth, honest)).Calibration!.ExpectedError.ShouldBeLessThan(0.1);
        var loud = ClassificationParts.Of(Binary(truth, boastful)).Calibration!;
        loud.ExpectedError.ShouldBeGreaterThan(0.15);
        loud.Bins.Sum(bin => bin.Rows).ShouldBe(500);
        loud.Bins.ShouldAllBe(bin => bin.Low <= bin.Observed && bin.Observed <= bin.High);
    }

    [Fact]
    public void ResidualsAreAllCountedOnceWhateverTheirSpread() =>
        Gen.Double[-1e6, 1e6]
            .Array[1, 300]
            .Sample(errors =>
            {
                var parts = RegressionParts.Of(
                    new HeldPredictions.Numbers(
                        new double[errors.Length],
                        errors,
                        [0],
                        [.. Enumerable.Range(0, errors.Length)]
                    )
                );
                parts.Residuals.Sum(bin => bin.Rows).ShouldBe(errors.Length);
                parts.Points.Count.ShouldBe(Math.Min(errors.Length, 500));
                parts
                    .AbsoluteErrors.Zip(parts.AbsoluteErrors.Skip(1))
                    .ShouldAllBe(pair => pair.First.Error <= pair.Second.Error);
            });

    [Fact]
    public void TheSliceOnWhichAModelFailsIsFoundAndCleanDataShowsNone()
    {
        const int rows = 600;
        string?[] shop = [.. Enumerable.Range(0, rows).Select(row => row % 4 == 0 ? "north" : "south")];
        string?[] size = [.. Enumerable.Range(0, rows).Select(row => $"{row * 7 % 100}")];
        int[] truth = [.. Enumerable.Range(0, rows).Select(row => row / 2 % 2)];
        double Right(int row) => truth[row] == 1 ? .8 : .2;
        // Every tenth row is wrong everywhere; in the north three of four are.
        double[] even = [.. Enumerable.Range(0, rows).Select(row => row % 10 == 3 ? 1 - Right(row) : Right(row))];
        double[] uneven =
        [
            .. Enumerable
                .Range(0, rows)
                .Select(row => shop[row] == "north" && row % 16 != 0 ? 1 - Right(row) : even[row]),
        ];
        var raw = new RawRows(["shop", "size"], [shop, size]);
        WeakSlices.Of(Binary(truth, even), raw, "sold", "accuracy", seed: 1).ShouldBeEmpty();
        var found = WeakSlices.Of(Binary(truth, uneven), raw, "sold", "accuracy", seed: 1);
        found[0].Column.ShouldBe("shop");
        found[0].Description.ShouldBe("is north");
        found[0].Rows.ShouldBe(150);
        found[0].High.ShouldBeLessThan(found[0].Overall);
    }

    [Fact]
    public void TheWorstRowsAreThoseTheModelWasSurestAndWrongAbout()
    {
        var raw = new RawRows(
            ["who", "sold"],
            [
                [.. Truth.Select((_, row) => $"row {row}")],
                [.. Truth.Select(_ => (string?)"x")],
            ]
        );
        var worst = WorstRows.Of(Binary(Truth, Scores), raw, "sold");
        worst.Select(one => one.Row).ShouldBe([3, 2, 1]);
        worst[0].Values.ShouldBe(new Dictionary<string, string?> { ["who"] = "row 3" });
        worst[0].TruthProbability!.Value.ShouldBe(.2, 1e-12);
    }

    private static HeldPredictions.Classes Binary(int[] truth, double[] scores, double cut = .5001) =>
        new(
            ["no", "yes"],
            truth,
            [.. scores.Select(score => score >= cut ? 1 : 0)],
            [.. scores.SelectMany(score => new[] { 1 - score, score })],
            [.5, .5],
            Positive: 1
        );
}
