using System.Globalization;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>The target as people write it and as Prep's agent reads it, from the upload to the score.</summary>
[Trait("Kind", "integration")]
public sealed class TargetTests
{
    /// <summary>Fits a line or a threshold exactly; READ and MODEL are what a test puts in.</summary>
    private const string Prep = """
        # Prepare one feature
        import glob, json, os
        import pandas as pd
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        y = READ
        class Pipeline:
            def transform(self, X):
                return pd.DataFrame({'x': X['x'].astype(float)}).reset_index(drop=True)
        pipeline = Pipeline()
        features = pipeline.transform(raw.drop(columns='y'))
        features['y'] = y.to_numpy()
        cut = int(len(raw) * 0.82)
        os.makedirs('data', exist_ok=True)
        features.iloc[:cut].to_parquet('data/train.parquet', index=False)
        features.iloc[cut:].to_parquet('data/val.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump({'target_column': 'y', 'problem_type': 'PROBLEM'}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    private const string Train = """
        # Train what the features give away
        import pandas as pd
        from sklearn.linear_model import LinearRegression
        from sklearn.tree import DecisionTreeClassifier
        from trainable import save
        train = pd.read_parquet('../prep/data/train.parquet')
        model = MODEL.fit(train[['x']], train['y'])
        save(model, 'models/model.pkl')
        """;

    /// <summary>The target doubles <c>x</c>, written like money, or like a share between blanks.</summary>
    [Theory]
    [InlineData("thousands", "raw['y'].str.replace(',', '').astype(float)")]
    [InlineData("percent", "raw['y'].str.strip(' %').astype(float)")]
    public async Task ANumericTargetWrittenAsTextIsMeasuredAsNumbers(string written, string read)
    {
        var score = await ScoreAsync(row => (row, Written(written, 2 * row)), "regression", read, "LinearRegression()");
        score.Metric.ShouldBe("rmse");
        score.Value.ShouldBe(0, 1e-6);
        score.Baseline.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("1", "0", "raw['y'].astype(bool)")]
    [InlineData("True", "False", "raw['y'].astype(int)")]
    public async Task ATruthValueIsTheSameHoweverItIsWritten(string yes, string no, string read)
    {
        var score = await ScoreAsync(
            row => (Spread(row), Spread(row) < 300 ? no : yes),
            "binary",
            read,
            "DecisionTreeClassifier(random_state=0)"
        );
        score.Metrics["accuracy"].ShouldBeGreaterThan(0.9);
    }

    [Theory]
    [InlineData("binary", "raw['y'].map({'no': 0, 'yes': 1})", "holds `0`, `1`, which the raw column does not")]
    [InlineData("regression", "raw['y'].str.strip(' %').astype(float) / 100", "are no values of the raw column")]
    public async Task ATargetInOtherWordsOrUnitsIsFoundAndSaidToTheAgent(string problem, string read, string said)
    {
        await using var app = await RefereeRun.StartAsync(Fill(Prep, problem, read, ""));
        var created = await app.CreateExperimentAsync(
            Table(row => (row, problem == "binary" ? (row % 2 == 0 ? "no" : "yes") : Written("percent", row + 1))),
            options: new ExperimentOptions { Target = "y", ProblemType = problem }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId, "prep_done");
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        RefereeRun.LastAnswer(events).ShouldContain("error target_changed");
        RefereeRun.LastAnswer(events).ShouldContain(said);
    }

    private static async Task<ScoreReport> ScoreAsync(
        Func<int, (double X, string Y)> row,
        string problem,
        string read,
        string model
    )
    {
        await using var app = await RefereeRun.StartAsync(
            Fill(Prep, problem, read, model),
            Fill(Train, problem, read, model)
        );
        var created = await app.CreateExperimentAsync(
            Table(row),
            options: new ExperimentOptions { Target = "y", ProblemType = problem }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        var run = (await app.SessionAsync(created.SessionId)).Runs.Single(one => one.Stage == "train");
        return run.Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
    }

    private static string Fill(string script, string problem, string read, string model) =>
        script
            .Replace("PROBLEM", problem, StringComparison.Ordinal)
            .Replace("READ", read, StringComparison.Ordinal)
            .Replace("MODEL", model, StringComparison.Ordinal);

    /// <summary>0 to 599, each once, in no order that a cut in two would keep.</summary>
    private static int Spread(int row) => row * 37 % 600;

    private static string Written(string how, double number) =>
        how switch
        {
            "thousands" => $"\"{number.ToString("#,0", CultureInfo.InvariantCulture)}\"",
            _ => $" {number}% ",
        };

    private static string Table(Func<int, (double X, string Y)> row)
    {
        var text = new StringBuilder("x,y\n");
        for (var number = 0; number < 600; number++)
        {
            var (x, y) = row(number);
            text.Append(CultureInfo.InvariantCulture, $"{x},{y}\n");
        }
        return text.ToString();
    }
}
