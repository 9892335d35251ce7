using System.Globalization;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Referee;

/// <summary>Passengers of whom one column says in words what the target says in numbers, as in a well-known table.</summary>
[Trait("Kind", "integration")]
public sealed class SurvivedAndAliveTests
{
    private const string Prep = """
        # Prepare
        import glob, json, os
        import pandas as pd
        from sklearn.model_selection import train_test_split
        from trainable import save
        raw = pd.read_csv(glob.glob('/data/datasets/*/*.csv')[0])
        KEPT = {'female': ('sex', 'female'), 'first': ('class', 'First'), 'third': ('class', 'Third')}
        #ALIVE
        class Pipeline:
            def fit(self, X):
                self.age = float(X['age'].median())
                return self
            def transform(self, X):
                out = pd.DataFrame({'age': X['age'].fillna(self.age).astype(float), 'fare': X['fare'].astype(float)})
                for name, (column, level) in KEPT.items():
                    out[name] = (X[column] == level).astype(float)
                return out.reset_index(drop=True)
        parts = dict(zip(('train', 'val'), train_test_split(raw, test_size=0.18, random_state=1, stratify=raw['survived'])))
        pipeline = Pipeline().fit(parts['train'])
        os.makedirs('data', exist_ok=True)
        for name, rows in parts.items():
            table = pipeline.transform(rows)
            table['survived'] = rows['survived'].to_numpy()
            table.to_parquet(f'data/{name}.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump({'target_column': 'survived', 'problem_type': 'binary'}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    private const string Train = """
        # Train
        import json, os
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from trainable import save
        train = pd.read_parquet('../prep/data/train.parquet')
        model = make_pipeline(StandardScaler(), LogisticRegression())
        save(model.fit(train.drop(columns='survived'), train['survived']), 'models/model.pkl')
        open('report.md', 'w').write('# Train')
        """;

    [Fact]
    public async Task TheLeakIsNamedAndTheHonestScoreReported()
    {
        var models = new ScriptedModels();
        foreach (var alive in new[] { "KEPT['alive'] = ('alive', 'yes')", "" })
        {
            models
                .Then(ScriptedModels.Run("open('report.md', 'w').write('# Findings')\n"))
                .Then(ScriptedModels.Finish());
            models.Then(ScriptedModels.Run(Prep.Replace("#ALIVE", alive, StringComparison.Ordinal)));
            models.Then(ScriptedModels.Finish()).Then(ScriptedModels.Run(Train)).Then(ScriptedModels.Finish());
        }
        await using var app = await TrainableApp.StartAsync(models);
        var created = await app.CreateExperimentAsync(
            Passengers(),
            options: new ExperimentOptions { Target = "survived" }
        );

        var (leaky, events) = await RunAsync(app, created.SessionId);
        // The agent is told by name when it hands in what uses the leak; people are told what the score is worth.
        RefereeRun
            .Answers(events)
            .ShouldContain(answer =>
                answer.Contains("target_copy", StringComparison.Ordinal)
                && answer.Contains("`alive`", StringComparison.Ordinal)
            );
        leaky.Value.ShouldBe(1);
        RefereeRun.Errors(events).ShouldContain("suspicious_perfection");

        var (honest, after) = await RunAsync(app, await app.AddSessionAsync(created.Id));
        RefereeRun
            .Errors(after)
            .ShouldContain(
                "`alive` is the target `survived` in other words, value for value; the pipeline leaves it out."
            );
        RefereeRun.Errors(after).ShouldNotContain("suspicious_perfection");
        honest.Value.ShouldBeInRange(0.7, 0.95);
        honest.TestSetWasOpen.ShouldBeTrue();
    }

    private static async Task<(ScoreReport Score, List<StreamEvent> Events)> RunAsync(TrainableApp app, Guid session)
    {
        var events = await RefereeRun.RunAsync(app, session);
        TrainableApp.StateOf(events[^1]).ShouldBe("train_done", RefereeRun.Errors(events));
        var score = (await app.SessionAsync(session)).Runs[^1].Score!.Value;
        return (score.Deserialize(ContractJson.Default.ScoreReport)!, events);
    }

    private static string Passengers()
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(1912);
        var text = new StringBuilder("survived,sex,age,class,fare,alive\n");
        for (var row = 0; row < 700; row++)
        {
            var isFemale = random.NextDouble() < 0.36;
            var place = random.Next(3);
            var chance = 1 / (1 + Math.Exp((isFemale ? -1.5 : 1.3) + ((place - 1) * 0.9)));
            var survived = random.NextDouble() < chance;
            var age = random.NextDouble() < 0.2 ? "" : $"{random.Next(1, 75)}";
            var fare = (3 - place) * (8 + (random.NextDouble() * 20));
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(survived ? 1 : 0)},{(isFemale ? "female" : "male")},{age},{(place == 0 ? "First" : place == 1 ? "Second" : "Third")},{fare:0.00},{(survived ? "yes" : "no")}\n"
            );
        }
#pragma warning restore CA5394
        return text.ToString();
    }
}
