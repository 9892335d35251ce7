using System.Text;
using CsCheck;
using Trainable.Contracts;
using Trainable.Server.Metrics;

namespace Trainable.Tests.Metrics;

public sealed class MetricLinesTests
{
    private static readonly string[] Pieces =
    [
        "plain\n",
        " {\"step\":1,\"metrics\":{\"a\":1}}\n",
        "{no json\n",
        "\r50 %",
        "\n",
        "{",
    ];

    [Fact]
    public void ManyMetricsOnOneLineBecomeOnePointEach()
    {
        var parsed = Parse("""{"step": 3, "metrics": {"loss": 0.5, "accuracy": 1}, "run": "xgboost"}""");
        parsed.Points.ShouldBe([
            new MetricPoint(3, "loss", 0.5, "train", "xgboost"),
            new MetricPoint(3, "accuracy", 1, "train", "xgboost"),
        ]);
    }

    [Fact]
    public void TheShortFormIsUnderstood() =>
        Parse("""  {"step": 1, "metric": "loss", "value": 2}""")
            .Points.ShouldBe([new MetricPoint(1, "loss", 2, "train", null)]);

    [Theory]
    [InlineData("""{"step": 1, "metrics": {"loss": NaN}}""")]
    [InlineData("""{"step": 1, "metrics": {"loss": -Infinity}}""")]
    [InlineData("""{"step": 1, "metrics": {"loss": "Infinity"}}""")]
    public void WhatIsNotFiniteBecomesNullAndIsSaid(string line)
    {
        var parsed = Parse(line);
        parsed.Points.ShouldHaveSingleItem().Value.ShouldBeNull();
        parsed.HadNonFinite.ShouldBeTrue();
    }

    [Fact]
    public void WhatIsNoNumberIsSkipped() =>
        Parse("""{"step": 1, "metrics": {"loss": 1, "note": "good", "flag": true, "none": null}}""")
            .Points.ShouldHaveSingleItem()
            .Name.ShouldBe("loss");

    [Fact]
    public void EmptyMetricsAreALineWithoutPoints() => Parse("""{"step": 1, "metrics": {}}""").Points.ShouldBeEmpty();

    [Fact]
    public void ChartsAreRead()
    {
        var charts = Parse(
            """{"chart_config": {"charts": [{"title": "Loss", "metrics": ["a", "b"], "type": "line"}]}}"""
        ).Charts;
        var chart = charts!.Charts.ShouldHaveSingleItem();
        chart.Title.ShouldBe("Loss");
        chart.Metrics.ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("""{"a": 1}""")]
    [InlineData("""{"step": "one", "metrics": {"loss": 1}}""")]
    [InlineData("{'step': 1, 'metrics': {}}")]
    [InlineData("rows 120")]
    [InlineData("")]
    public void OrdinaryOutputIsNotTaken(string line) =>
        MetricLines.TryParse(Encoding.UTF8.GetBytes(line), "train", out _).ShouldBeFalse();

    [Fact]
    public void NoBytesMakeItThrow() =>
        Gen
            .Byte.Array[0, 200]
            .Sample(bytes => MetricLines.TryParse([(byte)'{', .. bytes, (byte)'}'], "train", out _) || true);

    [Fact]
    public void SplittingLosesNothingHoweverTheBytesArrive() =>
        Gen.Select(Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 20], Gen.Int[1, 40])
            .Sample(
                (pieces, size) =>
                {
                    var input = Encoding.UTF8.GetBytes(string.Concat(pieces));
                    var splitter = new LineSplitter();
                    var text = new List<byte>();
                    var taken = 0;
                    bool Take(ReadOnlySpan<byte> line)
                    {
                        var isMetric = MetricLines.TryParse(line, "train", out _);
                        taken += isMetric ? line.Length + 1 : 0;
                        return isMetric;
                    }
                    foreach (var chunk in input.Chunk(size))
                        splitter.Push(chunk, Take, bytes => text.AddRange(bytes));
                    splitter.Finish(Take, bytes => text.AddRange(bytes));
                    return text.Count + taken == input.Length || text.Count + taken == input.Length + 1;
                }
            );

    private static MetricLine Parse(string line)
    {
        MetricLines.TryParse(Encoding.UTF8.GetBytes(line), "train", out var parsed).ShouldBeTrue();
        return parsed;
    }
}
