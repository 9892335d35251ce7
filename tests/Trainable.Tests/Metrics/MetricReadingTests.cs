using System.Net.Http.Json;
using CsCheck;
using Trainable.Contracts;
using Trainable.Server.Metrics;
using Trainable.Tests.App;
using Trainable.Tests.Wire;

namespace Trainable.Tests.Metrics;

public class MetricReadingTests
{
    private const string Series = """
        from trainable import log
        for step in range(2000):
            log(step=step, metrics={'loss': 1000.0 if step == 777 else step / 10, 'flat': 1.0}, run='a')
        open('report.md', 'w').write('# Report')
        """;

    [Fact]
    public async Task MetricsComeInPagesThatCutNoStep()
    {
        await using var app = await RunAsync();
        var session = await SessionAsync(app);
        var all = await ListAsync(app, $"/api/sessions/{session}/metrics");
        all.Items.Length.ShouldBe(4000);
        all.Next.ShouldBeNull();

        var paged = new List<MetricItem>();
        string? next = $"/api/sessions/{session}/metrics?limit=999";
        while (next is not null)
        {
            var page = await ListAsync(app, next);
            page.Items.Length.ShouldBeLessThanOrEqualTo(999);
            paged.AddRange(page.Items);
            next = page.Next;
        }
        paged.ShouldBe(all.Items);
    }

    [Fact]
    public async Task ALongSeriesIsThinnedWithoutLosingItsSpike()
    {
        await using var app = await RunAsync();
        var session = await SessionAsync(app);
        var thinned = (await ListAsync(app, $"/api/sessions/{session}/metrics?max_points=100")).Items;
        var loss = thinned.Where(item => item.Name == "loss").ToList();
        loss.Count.ShouldBeInRange(50, 100);
        loss[0].Step.ShouldBe(0);
        loss[^1].Step.ShouldBe(1999);
        loss.ShouldContain(item => item.Step == 777 && item.Value == 1000);
        loss.Select(item => item.Step).ShouldBeInOrder(SortDirection.Ascending);
        thinned.Count(item => item.Name == "flat").ShouldBeLessThanOrEqualTo(100);
    }

    [Fact]
    public void ThinningKeepsEndsOrderAndExtremesOfAnySeries()
    {
        Gen.Select(Gen.Double[-1e6, 1e6].Array[0, 300], Gen.Int[4, 60])
            .Sample(
                (values, most) =>
                {
                    var thinner = new SeriesThinner(values.Length, most);
                    var points = values.Select((value, step) => Point(step, value)).ToList();
                    points.ForEach(thinner.Take);
                    var kept = thinner.Finish();
                    kept.Count.ShouldBeLessThanOrEqualTo(most);
                    kept.Select(point => point.Step).ShouldBe(kept.Select(point => point.Step).Distinct().Order());
                    if (points.Count == 0)
                        return;
                    kept[0].ShouldBe(points[0]);
                    kept[^1].ShouldBe(points[^1]);
                    kept.Max(point => point.Value).ShouldBe(values.Max());
                    kept.Min(point => point.Value).ShouldBe(values.Min());
                    if (points.Count <= most)
                        kept.Count.ShouldBe(points.Count);
                },
                iter: 300,
                threads: 1
            );
    }

    private static MetricItem Point(int step, double value) =>
        new()
        {
            Step = step,
            Name = "loss",
            Value = value,
            Stage = "train",
            RunTag = null,
            CreatedAt = DateTime.UnixEpoch,
        };

    private static async Task<TrainableApp> RunAsync()
    {
        var app = await TrainableApp.StartAsync(
            new ScriptedModels(ScriptedModels.Run(Series), ScriptedModels.Finish())
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "eda_done", "failed");
        return app;
    }

    private static async Task<Guid> SessionAsync(TrainableApp app) =>
        (
            await app.Http.GetFromJsonAsync(
                "/api/experiments",
                ContractJson.Default.ExperimentSummaryArray,
                TestContext.Current.CancellationToken
            )
        )!
            .Single()
            .LatestSessionId!.Value;

    private static async Task<(MetricItem[] Items, string? Next)> ListAsync(TrainableApp app, string url)
    {
        using var answer = await app.Http.GetAsync(url, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return ((await TrainableApp.ReadAsync(answer, ContractJson.Default.MetricItemArray))!, NextPage.Of(answer));
    }
}

[OnPostgres]
public sealed class MetricReadingTestsOnPostgres : MetricReadingTests;
