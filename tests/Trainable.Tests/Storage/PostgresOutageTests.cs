using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Tests.App;

namespace Trainable.Tests.Storage;

/// <summary>PostgreSQL goes away under a server: each test has a PostgreSQL of its own to break.</summary>
[Trait("Kind", "integration")]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private PostgresCluster _cluster = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        PostgresCluster.Require();
        _cluster = await PostgresCluster.StartAsync();
        _database = await _cluster.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task ARunGoesOnAfterPostgresHasBeenRestartedInItsMiddle()
    {
        const string script =
            "import time\nfor i in range(60):\n    print('line', i, flush=True)\n    time.sleep(0.05)\n"
            + "open('report.md', 'w').write('# Findings')";
        await using var app = await StartAsync(
            new ScriptedModels(ScriptedModels.Run(script), ScriptedModels.Run("print('more')"), ScriptedModels.Finish())
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowUntilAsync(session, item => item.Type == "code_output");

        await _cluster.TellAsync("restart");
        await _cluster.ExecuteAsync(KillAll, _database);
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");

        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        events
            .Select(item => item.Seq)
            .OfType<long>()
            .ShouldBe(Enumerable.Range(1, (int)events[^1].Seq!).Select(seq => (long)seq));
        var text = string.Concat(
            events.Where(item => item.Type == "code_output").Select(item => item.Data.GetProperty("text").GetString())
        );
        text.ShouldBe(string.Concat(Enumerable.Range(0, 60).Select(line => $"line {line}\n")) + "more\n");
        events.Count(item => item.Type == "state_change").ShouldBe(2);
    }

    [Fact]
    public async Task NoEventIsLostOrDoubledHoweverOftenTheConnectionBreaks()
    {
        await using var app = await StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        const int total = 4_000;
        const int writers = 8;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var breaking = BreakAsync(stop.Token);
        // Epoch 0 is the fresh session's own: these are appends of a run, which wait.
        var landed = await Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(async writer =>
                {
                    var own = new List<(string Text, long Seq)>();
                    for (var index = 0; index < total / writers; index++)
                    {
                        var text = $"{writer}/{index}";
                        own.Add((text, (await log.AppendAsync(Append(session, text))).FirstSeq));
                    }
                    return own;
                })
        );
        await stop.CancelAsync();
        var breaks = await breaking;

        breaks.ShouldBeGreaterThan(5);
        var events = await app.FollowUntilAsync(session, item => item.Seq == total);
        events.Count.ShouldBe(total);
        var byText = events.ToDictionary(
            item => item.Data.GetProperty("content").GetString()!,
            item => item.Seq!.Value
        );
        foreach (var (text, seq) in landed.SelectMany(own => own))
            byText[text].ShouldBe(seq);
        (await _cluster.AskAsync<long>("SELECT count(*) FROM messages", _database)).ShouldBe(total);

        async Task<int> BreakAsync(CancellationToken cancellation)
        {
            var count = 0;
            while (!cancellation.IsCancellationRequested)
            {
                // The pace is the writer's own: a break for every hundred events that it got through.
                var seen = (await app.SessionAsync(session)).LastSeq;
                await _cluster.ExecuteAsync(KillAll, _database);
                if (++count % 4 == 0)
                    await _cluster.TellAsync("restart");
                while (!cancellation.IsCancellationRequested && await LastSeqAsync() < Math.Min(seen + 100, total))
                    await Task.Yield();
            }
            return count;
        }

        Task<long> LastSeqAsync() => _cluster.AskAsync<long>("SELECT last_seq FROM sessions", _database);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACommitWhoseAnswerIsLostIsLookedUp(bool happens)
    {
        await using var proxy = new BreakingProxy(_cluster.Port);
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(),
            change: options => options with { Database = PostgresCluster.Parse(_cluster.TcpUrl(_database, proxy.Port)) }
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        (await log.AppendAsync(Append(session, "one"), TestContext.Current.CancellationToken)).FirstSeq.ShouldBe(1);
        for (var seq = 2; seq <= 4; seq++)
        {
            proxy.BreakNextCommit(afterwards: happens);
            var landed = await log.AppendAsync(Append(session, $"{seq}"), TestContext.Current.CancellationToken);
            landed.FirstSeq.ShouldBe(seq);
        }
        // An append without events leaves no number behind by which it could be recognised.
        proxy.BreakNextCommit(afterwards: happens);
        await log.AppendAsync(
            new Append(session)
            {
                Epoch = 0,
                Changes = [new AddMetrics([new MetricPoint(1, "loss", 0.5, "train", null)])],
            },
            TestContext.Current.CancellationToken
        );
        proxy.Broken.ShouldBe(4);
        (await _cluster.AskAsync<long>("SELECT count(*) FROM session_events", _database)).ShouldBe(4);
        (await _cluster.AskAsync<long>("SELECT count(*) FROM metrics", _database)).ShouldBe(1);
        (await app.SessionAsync(session)).Messages.Select(one => one.Content).ShouldBe(["one", "2", "3", "4"]);
    }

    [Fact]
    public async Task WhileItIsDownRequestsAnswer503AndRunsWait()
    {
        await using var app = await StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        await log.AppendAsync(Append(session, "before"), TestContext.Current.CancellationToken);
        await _cluster.TellAsync("stop");
        var waiting = log.AppendAsync(Append(session, "during"), TestContext.Current.CancellationToken);

        var cancellation = TestContext.Current.CancellationToken;
        var answers = await Task.WhenAll(
            app.Http.GetAsync("/api/experiments", cancellation),
            app.Http.GetAsync($"/api/sessions/{session}", cancellation),
            app.Http.GetAsync($"/api/sessions/{session}/metrics", cancellation),
            app.StartStageAsync(session, "eda"),
            app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/messages",
                new PostMessageRequest { Content = "hello?" },
                ContractJson.Default.PostMessageRequest,
                cancellation
            ),
            app.PostExperimentAsync("a,b\n1,2\n3,4\n"u8.ToArray(), "data.csv")
        );
        foreach (var answer in answers)
            await ShouldBeUnavailableAsync(answer);
        (await app.Http.GetAsync("/api/health/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        using (var ready = await app.Http.GetAsync("/api/health/ready", TestContext.Current.CancellationToken))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var told = await TrainableApp.ReadAsync(ready, ContractJson.Default.Readiness);
            told!.Checks["database"].ShouldContain("cannot be reached");
        }
        waiting.IsCompleted.ShouldBeFalse();

        await _cluster.TellAsync("start");
        (await waiting).FirstSeq.ShouldBe(2);
        (await app.SessionAsync(session)).Messages.Select(message => message.Content).ShouldBe(["before", "during"]);
        (await app.Http.GetAsync("/api/health/ready", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task AServerStopsWhileItsDatabaseIsDown()
    {
        var app = await StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        await _cluster.TellAsync("stop");
        var waiting = log.AppendAsync(Append(session, "never"), TestContext.Current.CancellationToken);
        await ShouldBeUnavailableAsync(
            await app.Http.GetAsync("/api/experiments", TestContext.Current.CancellationToken)
        );
        await app.DisposeAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    /// <summary>Ends every other connection to the database.</summary>
    private const string KillAll =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        + " WHERE datname = current_database() AND pid <> pg_backend_pid()";

    private Task<TrainableApp> StartAsync(ScriptedModels models) =>
        TrainableApp.StartAsync(
            models,
            change: options => options with { Database = PostgresCluster.Parse(_cluster.TcpUrl(_database)) }
        );

    private static Append Append(Guid session, string text) =>
        new(session)
        {
            Epoch = 0,
            Events =
            [
                EventDraft.Create(EventTypes.UserMessage, new UserMessage(text), ContractJson.Default.UserMessage),
            ],
        };

    private static async Task ShouldBeUnavailableAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        (await TrainableApp.DetailAsync(response)).ShouldStartWith("The database cannot be reached at the moment.");
    }
}
