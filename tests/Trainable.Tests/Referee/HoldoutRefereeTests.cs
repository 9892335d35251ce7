using System.Globalization;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Referee;

/// <summary>Who holds which rows, whether Prep keeps to it, and that people are told.</summary>
[Trait("Kind", "integration")]
public sealed class HoldoutRefereeTests
{
    private const string Prep = """
        # Prepare
        import glob, json, os
        import pandas as pd
        from trainable import save
        raw = pd.concat([pd.read_csv(path) for path in sorted(glob.glob('/data/datasets/*/*.csv'))], ignore_index=True)
        class Pipeline:
            def transform(self, X):
                return pd.DataFrame({'size': X['size'].astype(float), 'weight': X['weight'].astype(float)}).reset_index(drop=True)
        pipeline = Pipeline()
        parts = {}
        #SPLIT
        os.makedirs('data', exist_ok=True)
        for name, rows in parts.items():
            table = pipeline.transform(rows)
            table['bought'] = rows['bought'].to_numpy()
            table.to_parquet(f'data/{name}.parquet', index=False)
        save(pipeline, 'data/prep_pipeline.pkl')
        json.dump({'target_column': 'bought', 'problem_type': 'binary'}, open('data/metadata.json', 'w'))
        open('report.md', 'w').write('# Prep')
        """;

    private const string Train = """
        # Train
        import json, os
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from trainable import save
        train = pd.read_parquet('../prep/data/train.parquet')
        save(LogisticRegression().fit(train.drop(columns='bought'), train['bought']), 'models/model.pkl')
        open('report.md', 'w').write('# Train')
        """;

    private const string AtRandom =
        "parts['val'] = raw.sample(frac=0.18, random_state=1); parts['train'] = raw.drop(parts['val'].index)";

    [Theory]
    [InlineData(
        "shop",
        null,
        "group_split",
        "parts['val'] = raw[raw['shop'].isin(sorted(raw['shop'].unique())[::6])]; parts['train'] = raw.drop(parts['val'].index)"
    )]
    [InlineData(
        null,
        "day",
        "time_split",
        "raw = raw.sort_values('day'); parts['val'] = raw.tail(len(raw) * 18 // 100); parts['train'] = raw.drop(parts['val'].index)"
    )]
    public async Task ASplitThatMixesGroupsOrTimesIsNamed(string? group, string? time, string code, string asTold)
    {
        var options = new ExperimentOptions
        {
            Target = "bought",
            GroupColumn = group,
            TimeColumn = time,
        };
        await using var app = await TrainableApp.StartAsync(Transcript([AtRandom], [asTold, Train]));
        var created = await app.CreateExperimentAsync(Table(), options: options);
        var mixed = await PrepareAsync(app, created.SessionId);
        mixed.Warnings.ShouldContain(finding => finding.Code == code && finding.Evidence != null, Codes(mixed));
        mixed.Passed.ShouldNotContain(finding => finding.Code == code);

        // The host itself holds whole groups, or the latest rows, and says so wherever the score stands.
        var session = await app.AddSessionAsync(created.Id);
        var kept = await RunAsync(app, session, Stages.Train);
        Report(kept, Stages.Prep)
            .Passed.ShouldContain(finding => finding.Code == code, Codes(Report(kept, Stages.Prep)));
        var reason = Report(kept, Stages.Prep).Passed.Single(finding => finding.Code == "holdout").Message;
        reason.ShouldContain(group is null ? "the latest by `day`" : "whole groups of `shop`");
        var score = (await app.SessionAsync(session))
            .Runs[^1]
            .Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
        (score.Holdout, score.HoldoutReason).ShouldBe((HoldoutModes.Host, reason));
        var (held, working) = (
            Values(app, $"held/{created.Id}", group ?? time!),
            Values(app, $"workspace/datasets/{created.Id}", group ?? time!)
        );
        if (group is not null)
            held.Intersect(working).ShouldBeEmpty();
        else
            string.CompareOrdinal(held.Min(), working.Max()).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task TestRowsThatTheAgentDrawsAreSealedAtOnceAndLabelledSo()
    {
        const string three =
            "parts['test'] = raw.sample(frac=0.15, random_state=2); rest = raw.drop(parts['test'].index); "
            + "parts['val'] = rest.sample(frac=0.18, random_state=1); parts['train'] = rest.drop(parts['val'].index)";
        await using var home = await ServedHome.StartAsync(Transcript([three, Train]));
        var app = home.App;
        var created = await app.CreateExperimentAsync(
            Table(),
            options: new ExperimentOptions { Target = "bought", Holdout = HoldoutModes.Agent }
        );
        var events = await RunAsync(app, created.SessionId, Stages.Train);
        Report(events, Stages.Prep).Warnings.ShouldContain(finding => finding.Code == "holdout_agent");
        File.Exists(Path.Combine(app.Home, "workspace", "sessions", $"{created.SessionId}", "prep/data/test.parquet"))
            .ShouldBeFalse();
        var score = (await app.SessionAsync(created.SessionId))
            .Runs[^1]
            .Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
        (score.Holdout, score.Rows).ShouldBe((HoldoutModes.Agent, 90));
        score.HoldoutReason!.ShouldContain("The agent makes the test set");
        var shown = await home.RunAsync("show", "latest");
        shown.Output.ShouldContain("that the agent split off itself", customMessage: shown.Errors);
        shown.Output.ShouldContain(score.HoldoutReason!);
    }

    [Fact]
    public async Task WithoutHeldRowsNothingIsMeasuredAndThatIsSaid()
    {
        await using var home = await ServedHome.StartAsync(Transcript([AtRandom, Train]));
        var app = home.App;
        var created = await app.CreateExperimentAsync(
            Table(),
            options: new ExperimentOptions { Target = "bought", Holdout = HoldoutModes.None }
        );
        var events = await RunAsync(app, created.SessionId, Stages.Train);
        Report(events, Stages.Prep)
            .Warnings.Single(finding => finding.Code == "holdout_none")
            .Message.ShouldContain("--holdout host");
        (await app.SessionAsync(created.SessionId)).Runs[^1].Score.ShouldBeNull();
        var shown = await home.RunAsync("show", "latest");
        shown.Output.ShouldContain("No score: no rows are held (--holdout none)", customMessage: shown.Errors);
        shown.Output.ShouldMatch("Held +No rows are held, so the host measures no score.");
    }

    private static ScriptedModels Transcript(params string[][] sessions)
    {
        var models = new ScriptedModels();
        foreach (var session in sessions)
        {
            models
                .Then(ScriptedModels.Run("open('report.md', 'w').write('# Findings')\n"))
                .Then(ScriptedModels.Finish());
            models.Then(ScriptedModels.Run(Prep.Replace("#SPLIT", session[0], StringComparison.Ordinal)));
            models.Then(ScriptedModels.Finish());
            if (session.Length > 1)
                models.Then(ScriptedModels.Run(session[1])).Then(ScriptedModels.Finish());
        }
        return models;
    }

    private static async Task<CheckReport> PrepareAsync(TrainableApp app, Guid session) =>
        Report(await RunAsync(app, session, Stages.Prep), Stages.Prep);

    private static async Task<List<StreamEvent>> RunAsync(TrainableApp app, Guid session, string last)
    {
        var started = await app.Http.PostAsync(
            $"/api/sessions/{session}/auto?until={last}",
            content: null,
            TestContext.Current.CancellationToken
        );
        started.EnsureSuccessStatusCode();
        var events = await app.FollowToStateAsync(session, $"{last}_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe($"{last}_done", RefereeRun.Errors(events));
        return events;
    }

    private static CheckReport Report(List<StreamEvent> events, string stage) =>
        events
            .Where(item => item.Type == EventTypes.ValidationResult)
            .Select(item => item.Data.Deserialize(ContractJson.Default.ValidationResult)!)
            .Last(verdict => verdict.Stage == stage)
            .Report!;

    private static string Codes(CheckReport report) =>
        string.Join(' ', report.Passed.Concat(report.Warnings).Concat(report.Errors).Select(finding => finding.Code));

    private static List<string> Values(TrainableApp app, string directory, string column)
    {
        var lines = File.ReadAllLines(Directory.GetFiles(Path.Combine(app.Home, directory), "*.csv")[0]);
        var place = Array.IndexOf(lines[0].Split(','), column);
        return [.. lines.Skip(1).Select(line => line.Split(',')[place])];
    }

    /// <summary>Six hundred sales of sixty shops over two years; size tells a little of who buys.</summary>
    private static string Table()
    {
#pragma warning disable CA5394 // Test data wants a seed, not secrecy.
        var random = new Random(3);
        var text = new StringBuilder("shop,day,size,weight,bought\n");
        for (var row = 0; row < 600; row++)
        {
            var size = random.NextDouble();
            var day = new DateOnly(2023, 1, 1).AddDays(random.Next(730));
            text.Append(
                CultureInfo.InvariantCulture,
                $"S{row % 60},{day:yyyy-MM-dd},{size:0.0000},{random.NextDouble():0.0000},{(random.NextDouble() < size ? "yes" : "no")}\n"
            );
        }
#pragma warning restore CA5394
        return text.ToString();
    }
}
