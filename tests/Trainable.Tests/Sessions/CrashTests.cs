using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>
/// The server is killed (SIGKILL) in the middle of autopilot runs and started again, as often as the plan says. The run
/// must end as if nothing had happened. With <c>TRAINABLE_TEST_KILLS=0</c> each event of the run is killed at (with another
/// number, from that event of each segment on), which takes most of an hour; docs/reliability.md has the count.
/// </summary>
[Trait("Kind", "integration")]
public class CrashTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-crash-").FullName;

    /// <summary>Every which segment of the run is killed once, where nobody asks for all.</summary>
    protected virtual int Every => 2;

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task ARunThatIsKilledAgainAndAgainEndsAsIfNothingHadHappened()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("TRAINABLE_TEST_KILLS"), out var first))
        {
            var plan = new KillPlan(segment => segment % Every == 0 ? ((segment / Every * 3) + 1) % 7 : null);
            await RunAsync(plan);
            // Not every segment has as many events as the plan counts.
            plan.Kills.Count.ShouldBeGreaterThan(StepsOfARun / Every / 2);
            return;
        }
        var kills = 0;
        for (var index = first; ; index++)
        {
            var plan = new KillPlan(_ => index);
            await RunAsync(plan);
            if (plan.Kills.Count == 0)
                break;
            kills += plan.Kills.Count;
            await Console.Error.WriteLineAsync($"event {index}: {plan.Kills.Count} kills, {kills} in all");
        }
    }

    /// <summary>An empty PostgreSQL database, which the server's first start migrates; null for SQLite.</summary>
    private static async Task<string?> DatabaseAsync()
    {
        if (!OnPostgresAttribute.IsOnThisTest)
            return null;
        var cluster = await SharedPostgres.ClusterAsync();
        return cluster.TcpUrl(await cluster.CreateDatabaseAsync());
    }

    private async Task RunAsync(KillPlan plan)
    {
        var home = Directory.CreateDirectory(Path.Combine(_home, Guid.NewGuid().ToString("N"))).FullName;
        var database = await DatabaseAsync();
        var events = new List<StreamEvent>();
        Guid session = default;
        while (true)
        {
            await using var server = await KillableServer.StartAsync(home, database);
            if (session == default)
                session = await StartAutoAsync(server);
            if (await FollowAsync(server, session, events, plan))
            {
                await CheckAsync(server, session, events);
                return;
            }
            await server.KillAsync();
            await SandboxProcesses.WaitUntilNoneAsync(session);
        }
    }

    /// <summary>Reads on until the run's end (true) or until the plan wants the server dead (false).</summary>
    private static async Task<bool> FollowAsync(
        KillableServer server,
        Guid session,
        List<StreamEvent> events,
        KillPlan plan
    )
    {
        // From the start each time: what was seen before the kill must come again, word for word.
        var seen = 0;
        await foreach (var item in server.FollowAsync(session, after: 0))
        {
            if (seen < events.Count)
            {
                Text(item).ShouldBe(Text(events[seen++]));
                continue;
            }
            events.Add(item);
            seen++;
            if (TrainableApp.StateOf(item) is { } state && state is "train_done" or "failed" or "cancelled")
                return true;
            if (plan.IsDue(item))
                return false;
        }
        throw new InvalidOperationException("The stream ended by itself.");
    }

    private static async Task CheckAsync(KillableServer server, Guid session, List<StreamEvent> events)
    {
        events.Select(item => item.Seq!.Value).ShouldBe(Enumerable.Range(1, events.Count).Select(seq => (long)seq));
        events
            .Select(TrainableApp.StateOf)
            .OfType<string>()
            .ShouldBe(["eda_running", "eda_done", "prep_running", "prep_done", "train_running", "train_done"]);
        foreach (var once in new[] { "validation_result", "report_ready", "files_ready" })
            events.Count(item => item.Type == once).ShouldBe(3, once);
        events.Count(item => item.Type == "metadata_ready").ShouldBe(1);
        Calls(events, "tool_start").ShouldBeUnique();
        Calls(events, "tool_start").ShouldBe(Calls(events, "tool_end"));

        var detail = await server.SessionAsync(session);
        detail.State.ShouldBe("train_done");
        detail.LastSeq.ShouldBe(events.Count);
        detail
            .Runs.Select(run => (run.Stage, run.Number, run.Status))
            .ShouldBe([("eda", 1, "done"), ("prep", 1, "done"), ("train", 1, "done")]);
        var score = detail.Runs[^1].Score!.Value.Deserialize(ContractJson.Default.ScoreReport)!;
        score.Low.ShouldBeGreaterThan(score.Baseline);
        detail.Artifacts.Select(file => file.Path).ShouldBeUnique();
        detail.Artifacts.Select(file => file.Path).ShouldContain($"/sessions/{session}/train/models/model.pkl");
        // An interrupted step is made once more; each that came to its end is counted once.
        var ended = events.Where(item => item.Type == "tool_end" && !KillPlan.WasInterrupted(item)).ToList();
        ended.Count.ShouldBe(
            StepsOfARun,
            string.Join('\n', events.Where(item => item.Type == "tool_end").Select(Short))
        );
    }

    private static string Short(StreamEvent item) =>
        $"{item.Data.GetProperty("stage")} {item.Data.GetProperty("call_id")}: "
        + item.Data.GetProperty("output").GetString()!.Split('\n')[0];

    /// <summary>Calls of an undisturbed autopilot run: its playbook steps and a finish for each stage.</summary>
    private static int StepsOfARun { get; } =
        Stages.All.Sum(stage => Server.Agents.Models.Autopilot.Playbook.Shipped().Steps(stage).Count + 1);

    private static List<string> Calls(List<StreamEvent> events, string type) =>
        [
            .. events
                .Where(item => item.Type == type)
                .Select(item => $"{item.Data.GetProperty("stage")} {item.Data.GetProperty("call_id")}"),
        ];

    private static async Task<Guid> StartAutoAsync(KillableServer server)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var form = new MultipartFormDataContent
        {
            { new StringContent("crash"), "name" },
            { new StringContent("""{"target":"bought"}"""), "options" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(Tables.Binary(300))), "files", "data.csv" },
        };
        using var created = await server.Http.PostAsync("/api/experiments", form, cancellation);
        created.EnsureSuccessStatusCode();
        var experiment = await TrainableApp.ReadAsync(created, ContractJson.Default.ExperimentCreated);
        using var started = await server.Http.PostAsJsonAsync(
            $"/api/sessions/{experiment!.SessionId}/auto",
            new StartStageRequest(),
            ContractJson.Default.StartStageRequest,
            cancellation
        );
        started.EnsureSuccessStatusCode();
        return experiment.SessionId;
    }

    private static string Text(StreamEvent item) => $"{item.Seq} {item.Type} {item.Data.GetRawText()}";
}

/// <summary>A slice: what differs from SQLite is the writer, and it has tests of its own (PostgresOutageTests).</summary>
[OnPostgres]
public sealed class CrashTestsOnPostgres : CrashTests
{
    protected override int Every => 4;
}
