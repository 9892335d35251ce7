using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>After Train a person can see a model from every side, measured on rows no agent has seen.</summary>
[Trait("Kind", "integration")]
public sealed class EvaluationTests
{
    private const string Prep = """
        # Prepare
        import glob, json, os
        import pandas as pd
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        TARGET = raw.columns[-1]
        class Pipeline:
            def transform(self, X):
                return X[['age', 'noise']].fillna(0).astype(float).reset_index(drop=True)
        pipeline = Pipeline()
        cut = int(len(raw) * 0.82)
        os.makedirs('data', exist_ok=True)
        for name, rows in [('train', raw.iloc[:cut]), ('val', raw.iloc[cut:])]:
            table = pipeline.transform(rows.drop(columns=TARGET))
            table[TARGET] = rows[TARGET].to_numpy()
            table.to_parquet(f'data/{name}.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        problem = 'binary' if raw[TARGET].dtype == object else 'regression'
        json.dump({'target_column': TARGET, 'problem_type': problem}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    private const string Train = """
        # Train a rule
        import os
        import numpy as np
        from trainable import save
        class Rule:
            classes_ = np.array(['no', 'yes'])
            def predict_proba(self, X):
                yes = 1 / (1 + np.exp(-(X['age'].to_numpy() - 50) / 6))
                return np.column_stack([1 - yes, yes])
            def predict(self, X):
                return self.classes_[self.predict_proba(X).argmax(axis=1)]
        class Line:
            def predict(self, X):
                return 3 * X['age'].to_numpy()
        os.makedirs('models', exist_ok=True)
        text = open('../prep/data/metadata.json').read()
        save(Rule() if 'binary' in text else Line(), 'models/model.pkl')
        """;

    [Fact]
    public async Task AClassifierIsMeasuredFromEverySide()
    {
        await using var app = await RefereeRun.StartAsync(Prep, Train);
        var created = await app.CreateExperimentAsync(Customers(1_600), options: new() { Target = "bought" });
        (
            await app.Http.GetAsync(
                $"/api/sessions/{created.SessionId}/evaluation",
                TestContext.Current.CancellationToken
            )
        ).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));

        var evaluation = await EvaluationAsync(app, created.SessionId);
        var score = (await app.SessionAsync(created.SessionId)).Runs[^1].Score!.Value;
        evaluation.Rows.ShouldBe(score.GetProperty("rows").GetInt32());
        evaluation.Metrics[0].Name.ShouldBe("roc_auc");
        evaluation.Metrics[0].Value.ShouldBe(score.GetProperty("value").GetDouble());
        evaluation.Metrics[0].Low.ShouldBe(score.GetProperty("low").GetDouble());
        evaluation.Metrics.ShouldAllBe(metric => metric.Low <= metric.Value && metric.Value <= metric.High);
        evaluation.Classification!.Confusion.Sum(row => row.Sum()).ShouldBe(evaluation.Rows);
        evaluation.Classification.PositiveClass.ShouldBe("yes");
        // In Lima the young buy and the old do not; the model does not look at cities.
        evaluation.Slices[0].Column.ShouldBe("city");
        evaluation.Slices[0].Description.ShouldBe("is Lima");
        evaluation.Worst[0].Values["city"].ShouldBe("Lima");
        evaluation.Importance!.Count.ShouldBe(3);
        evaluation.Importance[0].Column.ShouldBe("age");
        evaluation.Importance[0].Loss.ShouldBeGreaterThan(0.1);
        evaluation.Importance.Single(column => column.Column == "noise").Loss.ShouldBe(0, 1e-9);
        evaluation.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task ARegressionIsMeasuredFromEverySide()
    {
        await using var app = await RefereeRun.StartAsync(Prep, Train);
        var created = await app.CreateExperimentAsync(Prices(600), options: new() { Target = "price" });
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));

        var evaluation = await EvaluationAsync(app, created.SessionId);
        evaluation.Metrics.Select(metric => metric.Name).ShouldBe(["rmse", "mae", "r2"]);
        evaluation.Regression!.Residuals.Sum(bin => bin.Rows).ShouldBe(evaluation.Rows);
        // Prices in Kyoto are higher by 40, of which the model knows nothing.
        evaluation.Slices[0].Description.ShouldBe("is Kyoto");
        evaluation.Worst.ShouldAllBe(row => row.Values["city"] == "Kyoto");
        evaluation.Importance![0].Column.ShouldBe("age");
    }

    private static async Task<Evaluation> EvaluationAsync(TrainableApp app, Guid session) =>
        (
            await app.Http.GetFromJsonAsync(
                $"/api/sessions/{session}/evaluation",
                ContractJson.Default.Evaluation,
                TestContext.Current.CancellationToken
            )
        )!;

    private static string Customers(int rows) =>
        Table(
            rows,
            "bought",
            (age, city, chance) => (city == "Lima" ? 100 - age : age) + (chance * 10) > 55 ? "yes" : "no"
        );

    private static string Prices(int rows) =>
        Table(
            rows,
            "price",
            (age, city, chance) =>
                ((age * 3) + (chance * 4) - 2 + (city == "Kyoto" ? 40 : 0)).ToString(
                    "0.00",
                    CultureInfo.InvariantCulture
                )
        );

    private static string Table(int rows, string target, Func<int, string, double, string> value)
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(5);
        string[] cities = ["Bern", "Kyoto", "Lima", "Oslo"];
        var text = new StringBuilder($"age,noise,city,{target}\n");
        for (var row = 0; row < rows; row++)
        {
            var age = random.Next(18, 82);
            var city = cities[random.Next(4)];
            text.Append(
                CultureInfo.InvariantCulture,
                $"{age},{random.Next(1000)},{city},{value(age, city, random.NextDouble())}\n"
            );
        }
#pragma warning restore CA5394
        return text.ToString();
    }
}
