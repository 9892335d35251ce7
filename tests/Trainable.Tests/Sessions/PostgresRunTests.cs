using System.Net.Http.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>A whole run by autopilot on PostgreSQL, and a PostgreSQL that dies at the start of each of its stages.</summary>
[Trait("Kind", "integration")]
public sealed class PostgresRunTests
{
    [Fact]
    public async Task AWholeRunOutlivesItsDatabase()
    {
        PostgresCluster.Require();
        await using var cluster = await PostgresCluster.StartAsync();
        var database = await cluster.CreateDatabaseAsync();
        await using var app = await TrainableApp.StartAsync(change: options =>
            options with
            {
                Database = PostgresCluster.Parse(cluster.TcpUrl(database)),
            }
        );
        var session = (await app.CreateExperimentAsync(Tables.Binary(300))).SessionId;
        (
            await app.Http.PostAsync(
                $"/api/sessions/{session}/auto",
                JsonContent.Create(new StartStageRequest(), ContractJson.Default.StartStageRequest),
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();

        long last = 0;
        var states = new List<string>();
        foreach (var stage in Stages.All)
        {
            foreach (var state in new[] { $"{stage}_running", $"{stage}_done" })
            {
                var events = await app.FollowUntilAsync(
                    session,
                    item => TrainableApp.StateOf(item) is not null,
                    after: last
                );
                var numbers = events.Select(item => item.Seq).OfType<long>().ToList();
                numbers.ShouldBe(Enumerable.Range((int)last + 1, numbers.Count).Select(seq => (long)seq));
                last = numbers[^1];
                states.Add(TrainableApp.StateOf(events[^1])!);
                states[^1].ShouldBe(state, events[^1].Data.GetRawText());
                if (state.EndsWith("_running", StringComparison.Ordinal))
                    await cluster.TellAsync("restart");
            }
        }
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("train_done");
        detail.LastSeq.ShouldBe(last);
        detail.Runs.Select(run => run.Status).ShouldBe(["done", "done", "done"]);
        detail.Runs[^1].Score.ShouldNotBeNull();
        detail.ProcessedMeta.ShouldNotBeNull();
        var metrics = await app.Http.GetFromJsonAsync(
            $"/api/sessions/{session}/metrics",
            ContractJson.Default.MetricItemArray,
            TestContext.Current.CancellationToken
        );
        metrics!.ShouldNotBeEmpty();
    }
}
