using System.Globalization;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Tests.Referee;

/// <summary>What stands in a file of predictions, measured or refused: the model that wrote it may have lied.</summary>
public sealed class HeldPredictionsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trainable-").FullName;
    private readonly TableDatabase _tables;

    public HeldPredictionsTests() =>
        _tables = TableDatabase.Open(
            new TableAccess([_folder], _folder, 1L << 28),
            TestContext.Current.CancellationToken
        );

    public void Dispose()
    {
        _tables.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("1,234|12%| 12 |(3)|?", "1234|12|12|-3|7")]
    [InlineData("1 200,5|€7|1e3", "1200.5|7|1000")]
    public void ARegressionComparesNumbersWithNumbers(string truth, string predicted)
    {
        var numbers = Read(
            "regression",
            Texts("t", truth.Split('|')),
            Values("prediction", "DOUBLE", predicted.Split('|'))
        );
        Measure(numbers, "rmse").ShouldBe(0);
    }

    [Fact]
    public void TheBaselineIsLearntFromTrainAlone()
    {
        var held = (HeldPredictions.Numbers)Read(
            "regression",
            Texts("t", ["10", "20"]),
            Values("prediction", "DOUBLE", ["10", "20"]),
            train: Values("t", "DOUBLE", ["1", "2", "9"])
        );
        // Train's mean is 4, its median 2; the held rows' own are 15.
        held.Find("rmse").Constant([1, 1]).ShouldBe(Math.Sqrt((36 + 256) / 2.0), 1e-12);
        held.Find("mae").Constant([1, 1]).ShouldBe((8 + 18) / 2.0, 1e-12);
        var classes = Read(
            "binary",
            Texts("t", ["no", "no", "no", "yes"]),
            Texts("prediction", ["no", "no", "no", "yes"]),
            train: Texts("t", ["yes", "yes", "no"])
        );
        classes.Find("accuracy").Constant([1, 1, 1, 1]).ShouldBe(0.25);
    }

    [Theory]
    [InlineData("0|1|1", "0|1|1", "INTEGER")]
    [InlineData("0|1|1", "0|1|1", "DOUBLE")]
    [InlineData("0|1|1", "0|1|1", "VARCHAR")]
    [InlineData("0|1|1", "false|true|true", "BOOLEAN")]
    [InlineData("0.0|1.0|1.0", "0|1|1", "INTEGER")]
    [InlineData("True|False|True", "1|0|1", "INTEGER")]
    [InlineData("TRUE|false|True", "true|false|true", "BOOLEAN")]
    [InlineData("True|False|True", "1|0|1", "DOUBLE")]
    [InlineData(" yes|no |yes", "yes|no|yes", "VARCHAR")]
    public void LabelsAreComparedAsWhatTheyMean(string truth, string predicted, string type)
    {
        var classes = Read(
            "binary",
            Texts("t", truth.Split('|')),
            Values("prediction", type, predicted.Split('|')),
            train: Values("t", type, predicted.Split('|'))
        );
        Measure(classes, "accuracy").ShouldBe(1);
        classes.ShouldBeOfType<HeldPredictions.Classes>().Labels.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("regression", "1|2", "DOUBLE", "1|NULL", "missing or infinite value, or no number, for 1 of 2")]
    [InlineData("regression", "1|2", "DOUBLE", "1|nan", "missing or infinite value")]
    [InlineData("regression", "1|2", "DOUBLE", "1|inf", "missing or infinite value")]
    [InlineData("regression", "1|2", "VARCHAR", "1|two", "no number")]
    [InlineData("regression", "1|2", "DOUBLE", "1", "returned 1 predictions for 2 held rows")]
    [InlineData("regression", "soon|late", "DOUBLE", "1|2", "No held row's target is a number")]
    [InlineData("binary", "no|yes", "VARCHAR", "no", "returned 1 predictions for 2 held rows")]
    [InlineData("binary", "no|yes", "VARCHAR", "no|NULL", "predicted nothing for 1 of 2")]
    [InlineData("binary", "no|yes", "VARCHAR", "no|maybe", "labels that the target never has, for 1 of 2")]
    [InlineData("binary", "no|yes", "INTEGER", "0|1", "labels that the target never has, for 2 of 2")]
    public void PredictionsThatCannotBeMeasuredAreRefused(
        string problem,
        string truth,
        string type,
        string predicted,
        string sentence
    )
    {
        var refused = Should.Throw<UserFacingException>(() =>
            Read(problem, Texts("t", truth.Split('|')), Values("prediction", type, predicted.Split('|')))
        );
        refused.Message.ShouldContain(sentence);
        refused.Message.ShouldEndWith(".");
    }

    [Theory]
    [InlineData("0.5, 0.6", "do not add up to 1")]
    [InlineData("1.5, -0.5", "outside 0 to 1")]
    [InlineData("NULL, 1", "missing")]
    [InlineData("'nan'::DOUBLE, 1", "missing")]
    public void ProbabilitiesThatAreNoneAreRefused(string pair, string sentence)
    {
        var predictions = $"SELECT 'no' AS prediction, p[1] AS p0, p[2] AS p1 FROM (SELECT [{pair}]::DOUBLE[] AS p)";
        Should
            .Throw<UserFacingException>(() => Read("binary", Texts("t", ["no"]), predictions, classes: ["no", "yes"]))
            .Message.ShouldContain(sentence);
    }

    [Fact]
    public void ProbabilitiesFollowTheModelsOwnOrderOfClasses()
    {
        const string predictions =
            "SELECT * FROM (VALUES ('yes', 0.9, 0.1), ('no', 0.2, 0.8)) AS rows(prediction, p0, p1)";
        var classes = Read(
            "binary",
            Texts("t", ["yes", "no"]),
            predictions,
            train: Texts("t", ["yes", "no"]),
            classes: ["yes", "no"]
        );
        Measure(classes, "brier_score").ShouldBe((0.01 + 0.04) / 2, 1e-12);
    }

    private HeldPredictions Read(
        string problem,
        string truth,
        string predictions,
        string? train = null,
        IReadOnlyList<string>? classes = null
    ) =>
        HeldPredictionsReader.Read(
            _tables,
            HeldTruth.Read(
                _tables,
                new ScoringFiles(Write("test", truth), Write("train", train ?? truth), "t"),
                problem,
                positiveClass: null
            ),
            HeldPredictionsReader.Source(Write("predictions", predictions)),
            classes
        );

    private string Write(string name, string select)
    {
        var file = Path.Combine(_folder, $"{name}.parquet");
        _tables.Execute($"COPY ({select}) TO {TableDatabase.Literal(file)} (FORMAT parquet)");
        return file;
    }

    private static string Texts(string column, IEnumerable<string> values) => Values(column, "VARCHAR", values);

    private static string Values(string column, string type, IEnumerable<string> values)
    {
        var rows = values.Select(
            (value, row) => $"({row}, {(value == "NULL" ? "NULL" : TableDatabase.Literal(value))})"
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT v::{type} AS {column} FROM (VALUES {string.Join(", ", rows)}) AS rows(n, v) ORDER BY n"
        );
    }

    private static double Measure(HeldPredictions held, string metric) =>
        held.Find(metric).Model([.. Enumerable.Repeat(1, held.Rows)]);
}
