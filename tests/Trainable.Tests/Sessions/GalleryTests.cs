using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Storage;
using Trainable.Tests.App;
using Trainable.Tests.Wire;

namespace Trainable.Tests.Sessions;

/// <summary>What a gallery of experiments lives on: renaming, summaries, orders, totals, and a stream that tells of changes.</summary>
public class GalleryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnExperimentIsRenamedAndEveryViewOfItKnows()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var created = await app.CreateExperimentAsync(instructions: "be quick");
        using var before = await app.Http.GetAsync("/api/experiments", Cancellation);
        using var session = await app.Http.GetAsync($"/api/sessions/{created.SessionId}", Cancellation);

        using var answer = await PatchAsync(
            app,
            created.Id,
            """{"name":"  Churn in March ","description":"who leaves"}"""
        );

        var changed = await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentSummary);
        changed!.Name.ShouldBe("Churn in March");
        changed.Description.ShouldBe("who leaves");
        changed.Instructions.ShouldBe("be quick");
        using var after = await app.Http.GetAsync("/api/experiments", Cancellation);
        after.Headers.ETag.ShouldNotBe(before.Headers.ETag);
        using var again = await app.Http.GetAsync($"/api/sessions/{created.SessionId}", Cancellation);
        again.Headers.ETag.ShouldNotBe(session.Headers.ETag);
        (await app.SessionAsync(created.SessionId)).Experiment.Name.ShouldBe("Churn in March");
    }

    [Theory]
    [InlineData("""{"name":" "}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":5}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("nonsense", HttpStatusCode.UnprocessableEntity)]
    [InlineData("LONG", HttpStatusCode.UnprocessableEntity)]
    public async Task AChangeThatDoesNotFitIsASentence(string body, HttpStatusCode status)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var created = await app.CreateExperimentAsync();
        var text = body == "LONG" ? $$"""{"name":"{{new string('x', 201)}}"}""" : body;
        using var answer = await PatchAsync(app, created.Id, text);
        answer.StatusCode.ShouldBe(status);
        (await TrainableApp.DetailAsync(answer)).ShouldNotBeEmpty();
        using var unknown = await PatchAsync(app, Guid.NewGuid(), """{"name":"x"}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ASummarySaysWhatTheNewestSessionCameTo()
    {
        const string script =
            "from trainable import log\nfor i in range(100): log(step=i, metrics={'val_roc_auc': i / 100, 'loss': 1.0})\n"
            + "open('report.md', 'w').write('# Report')\n";
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(script), ScriptedModels.Finish())
        );
        var created = await app.CreateExperimentAsync(
            options: new ExperimentOptions
            {
                Target = "bought",
                ProblemType = "binary",
                Metric = "roc_auc",
            }
        );
        await app.StartStageAsync(created.SessionId, "eda");
        await app.FollowToStateAsync(created.SessionId, "eda_done", "failed");
        await AddScoreAsync(app, created.SessionId, 0.9, 0.5);

        var item = (await ListAsync(app, "include=summary")).ShouldHaveSingleItem();

        item.Rows.ShouldBe(20);
        item.Columns.ShouldBe(3);
        item.Target.ShouldBe("bought");
        item.ProblemType.ShouldBe("binary");
        item.SessionCount.ShouldBe(1);
        item.Model.ShouldBe("scripted");
        item.UpdatedAt.ShouldNotBeNull().ShouldBeGreaterThan(item.CreatedAt);
        item.Stages.ShouldNotBeNull()
            .Select(stage => (stage.Stage, stage.Status))
            .ShouldBe([("eda", "done"), ("train", "done")]);
        item.Score.ShouldNotBeNull()
            .ShouldBe(
                new ScoreSummary
                {
                    Metric = "roc_auc",
                    Value = 0.9,
                    Low = 0.8,
                    High = 1,
                    Baseline = 0.5,
                    HigherIsBetter = true,
                }
            );
        var line = item.Sparkline.ShouldNotBeNull();
        line.Metric.ShouldBe("val_roc_auc");
        line.Values.Count.ShouldBe(24);
        line.Values[0].ShouldBe(0);
        line.Values[^1].ShouldBe(0.99);
        line.Values.ShouldBeInOrder();
    }

    [Fact]
    public async Task APlainListIsTheReferencesAndNothingMore()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        await app.CreateExperimentAsync();
        var json = await app.Http.GetStringAsync("/api/experiments", Cancellation);
        using var list = JsonDocument.Parse(json);
        list.RootElement[0]
            .EnumerateObject()
            .Select(property => property.Name)
            .ShouldBe([
                "id",
                "name",
                "description",
                "dataset_ref",
                "instructions",
                "created_at",
                "latest_session_id",
                "latest_state",
            ]);
    }

    [Fact]
    public async Task EveryOrderPagesThroughAllWithNoneTwice()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var names = new[] { "delta", "Alpha", "charlie", "Bravo", "alpha" };
        var skills = new double?[] { 0.2, null, 0.9, -0.3, 0.2 };
        foreach (var (name, skill) in names.Zip(skills))
        {
            var created = await app.CreateExperimentAsync(name: name);
            if (skill is { } better)
                await AddScoreAsync(app, created.SessionId, 0.5 + (better / 2), 0.5);
        }
        (await PageNamesAsync(app, "sort=name")).ShouldBe(["Alpha", "alpha", "Bravo", "charlie", "delta"]);
        (await PageNamesAsync(app, "sort=-name")).ShouldBe(["delta", "charlie", "Bravo", "alpha", "Alpha"]);
        (await PageNamesAsync(app, "sort=created")).ShouldBe(names);
        (await PageNamesAsync(app, "sort=-score&include=summary")).ShouldBe([
            "charlie",
            "alpha",
            "delta",
            "Bravo",
            "Alpha",
        ]);
        (await PageNamesAsync(app, "sort=score")).ShouldBe(["Bravo", "delta", "alpha", "charlie", "Alpha"]);
        (await PageNamesAsync(app, "sort=-updated&q=alp")).ShouldBe(["alpha", "Alpha"]);
        (await PageNamesAsync(app, "sort=state&state=created&model=scripted")).Count.ShouldBe(4);
        (await PageNamesAsync(app, "model=another")).ShouldBeEmpty();
        (await PageNamesAsync(app, "state=running")).ShouldBeEmpty();
        var one = (await ListAsync(app, "q=bravo"))[0].Id;
        (await PageNamesAsync(app, $"ids={one}&include=summary")).ShouldBe(["Bravo"]);
    }

    [Theory]
    [InlineData("sort=colour")]
    [InlineData("include=everything")]
    [InlineData("ids=nonsense")]
    [InlineData("sort=name&cursor=nonsense")]
    [InlineData("sort=name&cursor=!!!!")]
    public async Task AnImpossibleOrderIsASentence(string query)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var answer = await app.Http.GetAsync($"/api/experiments?{query}", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task TotalsCountByTheNewestSession()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var running = await app.CreateExperimentAsync();
        var done = await app.CreateExperimentAsync();
        var partial = await app.CreateExperimentAsync();
        var twice = await app.CreateExperimentAsync();
        await app.Http.PostAsync($"/api/experiments/{twice.Id}/sessions", null, Cancellation);
        await app.StartStageAsync(running.SessionId, "eda");
        await SetStateAsync(app, done.SessionId, "train_done");
        await SetStateAsync(app, partial.SessionId, "prep_done");
        await SetStateAsync(app, twice.SessionId, "failed");

        var totals = await app.Http.GetFromJsonAsync(
            "/api/experiments/totals",
            ContractJson.Default.ExperimentTotals,
            Cancellation
        );

        totals.ShouldBe(
            new ExperimentTotals
            {
                All = 4,
                Running = 1,
                Done = 1,
                Partial = 1,
                Created = 1,
                Failed = 0,
                Cancelled = 0,
                Sessions = 5,
            }
        );
    }

    [Fact]
    public async Task TheStreamOfAllTellsOfExperimentsThatComeChangeAndGo()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var stream = await app.Http.GetAsync(
            "/api/stream",
            HttpCompletionOption.ResponseHeadersRead,
            Cancellation
        );
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancellation));
        await reader.ReadLineAsync(Cancellation);

        var created = await app.CreateExperimentAsync(name: "live");
        await PatchAsync(app, created.Id, """{"name":"renamed"}""");
        var second = await TrainableApp.ReadAsync(
            await app.Http.PostAsync($"/api/experiments/{created.Id}/sessions", null, Cancellation),
            ContractJson.Default.SessionSummary
        );
        await app.Http.DeleteAsync($"/api/experiments/{created.Id}", Cancellation);

        var seen = new List<StreamEvent>();
        while (seen.Count < 4)
        {
            if (await reader.ReadLineAsync(Cancellation) is ['d', 'a', 't', 'a', ':', .. var data])
                seen.Add(JsonSerializer.Deserialize(data, ContractJson.Default.StreamEvent)!);
        }
        seen.Select(item => item.Type)
            .ShouldBe(["experiment_created", "experiment_changed", "session_created", "experiment_deleted"]);
        seen.ShouldAllBe(item => item.Data.GetProperty("experiment_id").GetGuid() == created.Id);
        seen.Select(item => item.SessionId).ShouldBe([created.SessionId, null, second!.Id, null]);
        seen[1].Data.GetProperty("name").GetString().ShouldBe("renamed");
    }

    private static Task<HttpResponseMessage> PatchAsync(TrainableApp app, Guid id, string json) =>
        app.Http.PatchAsync(
            $"/api/experiments/{id}",
            new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
            Cancellation
        );

    private static async Task<ExperimentSummary[]> ListAsync(TrainableApp app, string query) =>
        (
            await app.Http.GetFromJsonAsync(
                $"/api/experiments?{query}",
                ContractJson.Default.ExperimentSummaryArray,
                Cancellation
            )
        )!;

    /// <summary>The names of all pages of two.</summary>
    private static async Task<List<string>> PageNamesAsync(TrainableApp app, string query)
    {
        var names = new List<string>();
        string? next = $"/api/experiments?limit=2&{query}";
        while (next is not null)
        {
            using var answer = await app.Http.GetAsync(next, Cancellation);
            answer.EnsureSuccessStatusCode();
            var page = await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentSummaryArray);
            names.AddRange(page!.Select(item => item.Name));
            next = NextPage.Of(answer);
        }
        return names;
    }

    /// <summary>A Train run that ended with a score, without the minutes it takes.</summary>
    private static async Task AddScoreAsync(TrainableApp app, Guid session, double value, double baseline)
    {
        await using var db = await OpenAsync(app);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var score = new ScoreReport
        {
            ProblemType = "binary",
            Metric = "roc_auc",
            HigherIsBetter = true,
            Value = value,
            Low = value - 0.1,
            High = 1,
            StandardError = 0.01,
            Baseline = baseline,
            BaselineLow = baseline,
            BaselineHigh = baseline,
            Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["roc_auc"] = value },
            Rows = 10,
            Holdout = "host",
            TestSetWasOpen = false,
        };
        db.Add(
            new StageRun
            {
                Id = Guid.CreateVersion7(),
                SessionId = session,
                Stage = "train",
                Number = 1,
                Status = "done",
                Model = "scripted",
                Instructions = "",
                StartedAt = now,
                EndedAt = now,
                Score = JsonSerializer.Serialize(score, ContractJson.Default.ScoreReport),
            }
        );
        await db.SaveChangesAsync(Cancellation);
    }

    private static async Task SetStateAsync(TrainableApp app, Guid session, string state)
    {
        await using var db = await OpenAsync(app);
        await db
            .Sessions.Where(row => row.Id == session)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, state), Cancellation);
    }

    private static Task<TrainableDb> OpenAsync(TrainableApp app) =>
        app.Server.Services.GetRequiredService<IDbContextFactory<TrainableDb>>().CreateDbContextAsync(Cancellation);
}

[OnPostgres]
public sealed class GalleryTestsOnPostgres : GalleryTests;
