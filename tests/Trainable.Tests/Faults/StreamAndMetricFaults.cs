using System.Net.ServerSentEvents;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Tests.App;
using static Trainable.Tests.Faults.FaultLab;

namespace Trainable.Tests.Faults;

/// <summary>Faults 1, 2, 3, 11 and 14: what happens is shown, whole, and stays.</summary>
public class StreamAndMetricFaults
{
    [Fact]
    public async Task Fault01ABurstPastAnyQueueLosesNothingAndCanBeReplayed()
    {
        const int burst = 5_000;
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = await app.SessionAsync();
        // A reader that is connected but reads nothing until all has been written.
        await using var body = await app.Http.GetStreamAsync($"/api/sessions/{session}/stream?after=0", Cancellation);
        await app.AppendAsync(Enumerable.Range(1, burst).Select(at => Message(session, $"{at}")));
        var seen = new List<(string? Id, string? Text)>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Cancellation))
        {
            var read = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            seen.Add((item.EventId, read.Data.GetProperty("content").GetString()));
            if (seen.Count == burst)
                break;
        }
        seen.ShouldBe(Enumerable.Range(1, burst).Select(at => ((string?)$"{at}", (string?)$"{at}")));
        var replayed = await app.FollowUntilAsync(session, item => item.Seq == burst, after: burst - 10);
        replayed.Select(item => item.Seq).ShouldBe(Enumerable.Range(burst - 9, 10).Select(at => (long?)at));
    }

    [Fact]
    public async Task Fault02MetricLinesAreBatchedAndNoneIsLost()
    {
        const int lines = 20_000;
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    $"for i in range({lines}): print('{{\"step\": %d, \"metrics\": {{\"loss\": 0.5}}}}' % i)\n{Report}"
                ),
                ScriptedModels.Finish()
            )
        );
        var session = await app.SessionAsync();
        var events = await app.RunEdaAsync(session);
        (await app.MetricsAsync(session)).Length.ShouldBe(lines);
        // The reference commits once a line.
        events.Count(item => item.Type == EventTypes.MetricsBatch).ShouldBeLessThan(lines / 100);
    }

    [Fact]
    public async Task Fault03ANaNOrInfiniteMetricIsAGapAndSpoilsNothing()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    "print('{\"step\": 1, \"metrics\": {\"loss\": NaN, \"fine\": 1}}')\n"
                        + "print('{\"step\": 2, \"metrics\": {\"loss\": Infinity, \"fine\": 2}}')\n"
                        + "print('{\"step\": 3, \"metrics\": {\"loss\": -Infinity, \"fine\": 3}}')\n"
                        + Report
                ),
                ScriptedModels.Finish()
            )
        );
        var session = await app.SessionAsync();
        var events = await app.RunEdaAsync(session);
        events.ShouldContain(item =>
            item.Type == EventTypes.MetricsBatch && item.Data.GetRawText().Contains("\"warning\"")
        );
        var metrics = await app.MetricsAsync(session);
        metrics.Where(item => item.Name == "loss").Select(item => item.Value).ShouldBe([null, null, null]);
        metrics.Where(item => item.Name == "fine").Select(item => item.Value).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Fault11AHundredThousandMetricsStallNoStream()
    {
        const int points = 100_000;
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = await app.SessionAsync();
        await app.AppendAsync(
            Enumerable
                .Range(0, points)
                .Select(step => new MetricPoint(step, "loss", step, "train", null))
                .Chunk(1_000)
                .Select(chunk => new Append(session) { Changes = [new AddMetrics(chunk)] })
        );
        // The answer is under way and its reader slow; meanwhile an event is written and shown.
        using var metrics = await app.Http.GetAsync(
            $"/api/sessions/{session}/metrics",
            HttpCompletionOption.ResponseHeadersRead,
            Cancellation
        );
        await app.PostMessageAsync(session, "still there?");
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.UserMessage);
        (await TrainableApp.ReadAsync(metrics, ContractJson.Default.MetricItemArray))!.Length.ShouldBe(points);

        using var page = await app.Http.GetAsync($"/api/sessions/{session}/metrics?limit=10", Cancellation);
        (await TrainableApp.ReadAsync(page, ContractJson.Default.MetricItemArray))!.Length.ShouldBe(10);
        page.Headers.Contains("Link").ShouldBeTrue();
    }

    [Fact]
    public async Task Fault14DashboardAndOutputAreThereAfterAReload()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(
                    "from trainable import configure_dashboard\n"
                        + "configure_dashboard([{'title': 'Loss', 'metrics': ['loss'], 'type': 'line'}])\n"
                        + $"print('seen by those who were there')\n{Report}"
                ),
                ScriptedModels.Finish()
            )
        );
        var session = await app.SessionAsync();
        await app.RunEdaAsync(session);
        var reloaded = await app.FollowToStateAsync(session, "eda_done");
        reloaded.ShouldContain(item => item.Type == EventTypes.ChartConfig);
        reloaded
            .Single(item => item.Type == EventTypes.CodeOutput)
            .Data.GetProperty("text")
            .GetString()
            .ShouldBe("seen by those who were there\n");
        var charts = (await app.SessionAsync(session)).ChartConfig!.Value;
        charts.GetProperty("charts")[0].GetProperty("title").GetString().ShouldBe("Loss");
    }
}

[OnPostgres]
public sealed class StreamAndMetricFaultsOnPostgres : StreamAndMetricFaults;
