using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Referee;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>Prep and Train written by a scripted agent in the real sandbox, judged by the real referee.</summary>
[Trait("Kind", "integration")]
public sealed class PrepRefereeTests
{
    /// <summary>A small, honest preparation; <c>#HOOK</c> lines are where a test makes it dishonest.</summary>
    internal const string Prep = """
        # Prepare honestly
        import glob, json, os
        import pandas as pd
        from sklearn.model_selection import train_test_split
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        TARGET = 'bought'
        class Pipeline:
            def fit(self, X):
                self.income = float(X['income'].median())
                self.cities = sorted(X['city'].dropna().unique())
                return self
            def transform(self, X):
                out = pd.DataFrame({'age': X['age'].astype(float), 'income': X['income'].fillna(self.income).astype(float)})
                for city in self.cities:
                    out['city_' + city] = (X['city'] == city).astype(float)
                return out.reset_index(drop=True)
        train, val = train_test_split(raw, test_size=0.18, random_state=42, stratify=raw[TARGET])
        pipeline = Pipeline().fit(train)
        def table(rows):
            out = pipeline.transform(rows.drop(columns=TARGET))
            out[TARGET] = rows[TARGET].to_numpy()
            return out
        train, val = table(train), table(val)
        meta = {'target_column': TARGET, 'problem_type': 'binary'}
        #HOOK
        os.makedirs('data', exist_ok=True)
        train.to_parquet('data/train.parquet', index=False)
        val.to_parquet('data/val.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump(meta, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    internal const string Train = """
        # Train a tree
        import os, json
        import pandas as pd
        from sklearn.ensemble import RandomForestClassifier
        from trainable import save
        train = pd.read_parquet('../prep/data/train.parquet')
        model = RandomForestClassifier(n_estimators=50, random_state=0).fit(train.drop(columns='bought'), train['bought'])
        #HOOK
        save(model, 'models/model.pkl')
        os.makedirs('data', exist_ok=True)
        json.dump({'val_metrics': {'roc_auc': 0.999}}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Train')
        """;

    [Fact]
    public async Task AnHonestRunIsMeasuredOnRowsTheAgentNeverSaw()
    {
        await using var app = await RefereeRun.StartAsync(Prep, Train);
        var created = await app.CreateExperimentAsync(
            Tables.Binary(400),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        var detail = await app.SessionAsync(created.SessionId);
        var score = detail
            .Runs.Single(run => run.Stage == "train")
            .Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
        score.Rows.ShouldBe(60);
        score.Metric.ShouldBe("roc_auc");
        score.Baseline.ShouldBe(0.5);
        score.Low.ShouldBeGreaterThan(0.5);
        score.Value.ShouldBeInRange(score.Low, score.High);
        score.TestSetWasOpen.ShouldBeFalse();
        score.Claimed!.Value.GetProperty("roc_auc").GetDouble().ShouldBe(0.999);
        detail.ProcessedMeta!.TestRows.ShouldBe(60);
        detail.ProcessedMeta.TrainRows.ShouldBe(278);
        // The working rows an agent sees and the held ones are all rows, and no held row is in the workspace.
        var working = File.ReadAllLines(
            Directory.GetFiles(Path.Combine(app.Home, "workspace", "datasets", created.Id.ToString()))[0]
        );
        working.Length.ShouldBe(341);
    }

    [Fact]
    public async Task WhatAnEarlierRunLeftIsNotTakenForThisRunsWork()
    {
        await using var app = await RefereeRun.StartAsync(
            Prep,
            Train,
            ScriptedModels.Run("open('report.md', 'w').write('# Train, again')"),
            ScriptedModels.Finish()
        );
        var created = await app.CreateExperimentAsync(
            Tables.Binary(400),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        RefereeRun.LastAnswer(events).ShouldNotContain("earlier_output");

        var before = (await app.SessionAsync(created.SessionId)).LastSeq;
        await app.StartStageAsync(created.SessionId, Stages.Train);
        var again = await app.FollowUntilAsync(
            created.SessionId,
            item => TrainableApp.StateOf(item) is "train_done" or "failed",
            before
        );

        RefereeRun
            .LastAnswer(again)
            .ShouldContain("warning earlier_output: This run did not write `models/model.pkl`: an earlier one did.");
    }

    [Fact]
    public async Task TrainCannotChooseWhatItIsMeasuredOn()
    {
        const string cheat = """
            meta = json.load(open('../prep/data/metadata.json'))
            meta['target_column'] = 'age'; meta['problem_type'] = 'regression'
            json.dump(meta, open('../prep/data/metadata.json', 'w'))
            """;
        await using var app = await RefereeRun.StartAsync(
            Prep,
            Train.Replace("#HOOK", cheat, StringComparison.Ordinal)
        );
        var created = await app.CreateExperimentAsync(
            Tables.Binary(400),
            options: new ExperimentOptions { Target = "bought" }
        );
        await RefereeRun.RunAsync(app, created.SessionId);
        // Whatever the stage came to: what is sealed decides what a score is measured on.
        var referee = app.Server.Services.GetRequiredService<RefereeService>();
        var subject = new StageSubject(
            created.Id,
            created.SessionId,
            "train",
            new ExperimentOptions { Target = "bought" }
        );
        var score = await referee.ScoreAsync(
            subject,
            Guid.CreateVersion7(),
            testSetWasOpen: false,
            TestContext.Current.CancellationToken
        );
        score!.ProblemType.ShouldBe("binary");
        score.Metric.ShouldBe("roc_auc");
    }

    [Theory]
    [InlineData("{\"val_metrics\": {\"roc_auc\": 0.7}}", true)]
    [InlineData("{\"a\": 1, \"a\": 2, \"val_metrics\": {\"roc_auc\": 1e999}}", false)]
    [InlineData("{\"val_metrics\": {}, \"pad\": [0' + ',0' * 3_000_000 + ']}", false)]
    public async Task NoScoreStaysInTheFilesOfASessionWhereAnAgentWorksAgain(string metadata, bool isWritten)
    {
        var write = $"open('data/metadata.json', 'w').write('{metadata}')";
        await using var app = await RefereeRun.StartAsync(Prep, $"{Train}\n{write}");
        var created = await app.CreateExperimentAsync(
            Tables.Binary(400),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        var file = Path.Combine(app.Home, "workspace", "sessions", $"{created.SessionId}", "train/data/metadata.json");
        File.ReadAllText(file).Contains("test_metrics", StringComparison.Ordinal).ShouldBe(isWritten);

        using var script = new StringContent("print(0)", System.Text.Encoding.UTF8, "text/x-python");
        (
            await app.Http.PostAsync(
                $"/api/sessions/{created.SessionId}/exec",
                script,
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        (File.Exists(file) ? File.ReadAllText(file) : "").ShouldNotContain("test_metrics");
        (await app.SessionAsync(created.SessionId)).Runs[^1].Score.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("train.loc[3, 'income'] = float('nan')", "nulls")]
    [InlineData("val = val.rename(columns={'age': 'years'})", "schema_differs")]
    [InlineData("meta['target_column'] = 'city_Lima'", "target_differs")]
    [InlineData("val['age'] = val['age'] + 1", "val_not_reproduced")]
    [InlineData(
        "Pipeline.transform_all = Pipeline.transform\n"
            + "def centred(self, X):\n    out = self.transform_all(X)\n    out['age'] = out['age'] - out['age'].mean()\n    return out\n"
            + "Pipeline.transform = centred",
        "pipeline_row_inconsistent"
    )]
    [InlineData("pipeline = 'not a pipeline'", "pipeline_fails")]
    [InlineData("meta['problem_type'] = 'guessing'", "problem_type")]
    public async Task WhatIsWrongWithPrepIsFoundAndSaidToTheAgent(string hook, string code)
    {
        await using var app = await RefereeRun.StartAsync(Prep.Replace("#HOOK", hook, StringComparison.Ordinal));
        var created = await app.CreateExperimentAsync(
            Tables.Binary(200),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        RefereeRun.LastAnswer(events).ShouldContain($"error {code}");
    }

    [Fact]
    public async Task AModelThatPeeksAtNothingButFeaturesIsAllThatRunsOnHeldRows()
    {
        // It writes whatever it can see to its scratch directory; nothing of that reaches the session or an event.
        const string spy = """
            class Spy:
                classes_ = ['no', 'yes']
                def predict(self, X):
                    assert 'bought' not in X.columns
                    import os
                    assert not os.path.exists('/data')
                    return ['no'] * len(X)
                def predict_proba(self, X):
                    import numpy as np
                    return np.tile([0.6, 0.4], (len(X), 1))
            model = Spy()
            """;
        await using var app = await RefereeRun.StartAsync(Prep, Train.Replace("#HOOK", spy, StringComparison.Ordinal));
        var created = await app.CreateExperimentAsync(
            Tables.Binary(200),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        var run = (await app.SessionAsync(created.SessionId)).Runs.Single(one => one.Stage == "train");
        run.Score!.Value.GetProperty("value").GetDouble().ShouldBe(0.5);
    }

    [Theory]
    [InlineData("self.classes_, self.inner = [0, 1], {0: 0, 1: 1}", "model_classes_differ")]
    [InlineData("self.classes_ = ['yes', 'no', 'perhaps']", "model_classes_differ")]
    public async Task AModelOfOtherLabelsThanTheTargetsIsSentBack(string change, string code)
    {
        var model = $$"""
            class Odd:
                def __init__(self):
                    {{change}}
                def predict(self, X):
                    return [self.classes_[0]] * len(X)
            model = Odd()
            """;
        await using var app = await RefereeRun.StartAsync(
            Prep,
            Train.Replace("#HOOK", model, StringComparison.Ordinal)
        );
        var created = await app.CreateExperimentAsync(
            Tables.Binary(200),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        RefereeRun.LastAnswer(events).ShouldContain($"error {code}");
    }

    [Theory]
    [InlineData("return ['no'] * (n - 1)", "there is not one prediction for each row")]
    [InlineData("return [None] + ['no'] * (n - 1)", "predictions are missing or infinite")]
    [InlineData("return ['perhaps'] + ['no'] * (n - 1)", "predictions are not in classes_")]
    public async Task WhatCannotBeMeasuredOnHeldRowsGetsNoScoreAndASentenceForPeople(string fault, string sentence)
    {
        // Faultless on val, which has 31 rows; the held ones are 30.
        var model = $$"""
            class Moody:
                classes_ = ['no', 'yes']
                def predict(self, X):
                    n = len(X)
                    if n == 30:
                        {{fault}}
                    return ['no'] * n
            model = Moody()
            """;
        await using var app = await RefereeRun.StartAsync(
            Prep,
            Train.Replace("#HOOK", model, StringComparison.Ordinal)
        );
        var created = await app.CreateExperimentAsync(
            Tables.Binary(200),
            options: new ExperimentOptions { Target = "bought" }
        );
        var events = await RefereeRun.RunAsync(app, created.SessionId);
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        RefereeRun.LastAnswer(events).ShouldStartWith("accepted");
        RefereeRun.Errors(events).ShouldContain(sentence);
        var run = (await app.SessionAsync(created.SessionId)).Runs.Single(one => one.Stage == "train");
        run.Score.ShouldBeNull();
    }
}
