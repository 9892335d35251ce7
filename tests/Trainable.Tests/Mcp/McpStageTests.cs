using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.External;
using Trainable.Tests.App;
using Trainable.Tests.Referee;

namespace Trainable.Tests.Mcp;

/// <summary>A client of the MCP server is a stage's agent: real code in the real sandbox, judged by the real referee.</summary>
public class McpStageTests
{
    private const string Endless = "# Endless\nimport time\nprint('on', flush=True)\ntime.sleep(600)";

    [Fact]
    [Trait("Kind", "integration")]
    public async Task AClientTakesASessionFromATableToAMeasuredModel()
    {
        await using var app = await TrainableApp.StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync(Tables.Binary(400), ("target", "bought"));

        (await client.WorkAsync(session, "eda", McpClients.Report)).ShouldContain("eda is done");
        var rows = await client.SayAsync(
            "query_data",
            ("session_id", session),
            ("sql", "SELECT count(*) FROM working")
        );
        rows.ShouldContain("340");
        (await client.WorkAsync(session, "prep", PrepRefereeTests.Prep)).ShouldContain("prep is done");
        var trained = await client.WorkAsync(session, "train", PrepRefereeTests.Train);
        trained.ShouldStartWith("accepted");
        trained.ShouldContain("score is for people alone");

        // The studio has seen it all as of any other model, and a person reads the score.
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("train_done");
        detail
            .Runs.Select(run => (run.Stage, run.Model, run.Status))
            .ShouldBe([("eda", "mcp", "done"), ("prep", "mcp", "done"), ("train", "mcp", "done")]);
        var score = detail.Runs[^1].Score!.Value.GetProperty("value").GetDouble();
        score.ShouldBeGreaterThan(0.6);
        var events = await app.FollowToStateAsync(session, "train_done");
        foreach (
            var type in new[] { "agent_message", "tool_start", "code_output", "file_created", "validation_result" }
        )
            events.ShouldContain(item => item.Type == type);
        detail.Artifacts.ShouldContain(file => file.Path.EndsWith("/prep/scripts/step_01_prepare_honestly.py"));

        // A model reads nothing of what was measured on held rows, nor the rows.
        var facts = await client.SayAsync("get_session", ("session_id", session));
        facts.ShouldContain("\"measured\":true");
        var metadata = await client.SayAsync(
            "read_file",
            ("session_id", session),
            ("path", "../train/./data/metadata.json")
        );
        metadata.ShouldContain("val_metrics");
        var file = await client.ReadResourceAsync(
            $"trainable://sessions/{session}/files/train/data/metadata.json",
            cancellationToken: TestContext.Current.CancellationToken
        );
        var said = string.Join(
            '\n',
            facts,
            metadata,
            file.Contents[0],
            await client.SayAsync("wait", ("session_id", session))
        );
        said.ShouldNotContain("test_metrics");
        said.ShouldNotContain(score.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture));
        foreach (var table in new[] { "test", "raw" })
            McpClients
                .Text(await client.CallAsync("query_data", ("session_id", session), ("sql", $"SELECT * FROM {table}")))
                .ShouldContain($"{table}");
        (
            await client.CallAsync("query_data", ("session_id", session), ("sql", "SELECT * FROM test"))
        ).IsError!.Value.ShouldBeTrue();
        (
            await client.CallAsync("query_data", ("session_id", session), ("sql", "SELECT * FROM raw"))
        ).IsError!.Value.ShouldBeTrue();
    }

    [Fact]
    public async Task WhatTheRefereeFindsIsTheAnswer()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        var verdict = await client.SayAsync("finish_stage", ("session_id", session));
        verdict.ShouldStartWith("not accepted");
        verdict.ShouldContain("report_missing");
        (await app.SessionAsync(session)).State.ShouldBe("eda_running");
    }

    [Fact]
    public async Task APersonWhoStopsAStageStopsItForTheClientToo()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        var running = client.CallAsync("execute_code", ("session_id", session), ("code", Endless));
        await app.FollowUntilAsync(session, item => item.Type == "code_output");
        (await app.AbortAsync(session)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var told = await running;
        told.IsError!.Value.ShouldBeTrue();
        McpClients.Text(told).ShouldContain("stopped by the user");
        (await app.SessionAsync(session)).State.ShouldBe("cancelled");
        var refused = await client.CallAsync("execute_code", ("session_id", session), ("code", "print(1)"));
        refused.IsError!.Value.ShouldBeTrue();
        McpClients.Text(refused).ShouldContain("call 'start_stage' first");
    }

    [Fact]
    public async Task AClientThatGoesAwayLeavesNoRunBehind()
    {
        await using var app = await StartAsync(TimeSpan.FromSeconds(1));
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        await client.SayAsync("execute_code", ("session_id", session), ("code", McpClients.Report));
        var events = await app.FollowToStateAsync(session, "failed");
        events[^1].Data.GetProperty("reason").GetString()!.ShouldContain("No MCP client made a call for 1 s");
        McpClients.Text(await client.CallAsync("wait", ("session_id", session))).ShouldContain("No MCP client");

        // What it had made is there for the next.
        (await client.SayAsync("start_stage", ("session_id", session), ("stage", "eda"))).ShouldContain("eda");
        (await client.SayAsync("finish_stage", ("session_id", session))).ShouldStartWith("accepted");
    }

    [Fact]
    public async Task ACallGoesOnWithoutItsClientAndWaitFetchesItsResult()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        const string gated = """
            # Gated
            import os, time
            print('waiting', flush=True)
            while not os.path.exists('go'):
                time.sleep(0.05)
            print('went on')
            """;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var beats = new McpClients.Beats();
        var running = client.CallToolAsync(
            "execute_code",
            new Dictionary<string, object?> { ["session_id"] = session, ["code"] = gated },
            beats,
            cancellationToken: leave.Token
        );
        await app.FollowUntilAsync(session, item => item.Type == "code_output");
        await leave.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await running);

        var patient = await client.SayAsync("wait", ("session_id", session), ("wait_seconds", 0));
        patient.ShouldContain("execute_code still runs");
        await File.WriteAllTextAsync(
            Path.Combine(app.Home, "workspace", "sessions", session.ToString(), "eda", "go"),
            "",
            TestContext.Current.CancellationToken
        );
        var result = await client.SayAsync("wait", ("session_id", session));
        result.ShouldStartWith("outcome: ok");
        result.ShouldContain("went on");
        (await client.SayAsync("wait", ("session_id", session))).ShouldBe(result);
    }

    [Fact]
    public async Task TwoClientsAtOnceGetTheirOwnResults()
    {
        await using var app = await StartAsync();
        await using var one = await McpClients.OverHttpAsync(app);
        await using var other = await McpClients.OverHttpAsync(app);
        var session = await one.CreateAsync();
        var beside = await other.CreateAsync();
        await one.SayAsync("start_stage", ("session_id", session));
        await other.SayAsync("start_stage", ("session_id", beside));
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(number =>
                    (number % 2 == 0 ? one : other).SayAsync(
                        "execute_code",
                        ("session_id", number < 4 ? session : beside),
                        ("code", $"print('number {number}')")
                    )
                )
        );
        results.Index().ShouldAllBe(result => result.Item.Contains($"number {result.Index}\n"));
        (await app.SessionAsync(session)).Artifacts.Count(file => file.ArtifactType == "script").ShouldBe(4);
        (await app.SessionAsync(beside)).Artifacts.Count(file => file.ArtifactType == "script").ShouldBe(2);
    }

    [Fact]
    public async Task AStageGoesOnAfterTheServerWasStartedAgain()
    {
        var home = Directory.CreateTempSubdirectory("trainable-").FullName;
        try
        {
            Guid session;
            await using (var first = await StartAsync(home: home))
            {
                await using var client = await McpClients.OverHttpAsync(first);
                session = await client.CreateAsync();
                await client.SayAsync("start_stage", ("session_id", session));
                await client.SayAsync("execute_code", ("session_id", session), ("code", McpClients.Report));
            }
            await using var second = await StartAsync(home: home);
            await using var again = await McpClients.OverHttpAsync(second);
            (await again.SayAsync("wait", ("session_id", session))).ShouldContain("looked");
            (await again.SayAsync("finish_stage", ("session_id", session))).ShouldStartWith("accepted");
            (await second.SessionAsync(session)).Runs.Single().Status.ShouldBe("done");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task BudgetsWarnAndEndAStageThatAClientDrives()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        var opening = await client.SayAsync("start_stage", ("session_id", session), ("steps", 2));
        opening.ShouldContain("2 steps");
        (await client.SayAsync("list_files", ("session_id", session))).ShouldContain("Call finish_stage now");
        var last = await client.CallAsync("list_files", ("session_id", session));
        last.IsError!.Value.ShouldBeTrue();
        McpClients.Text(last).ShouldContain("all 2 steps were used");
        (await app.SessionAsync(session)).State.ShouldBe("failed");
    }

    [Fact]
    public async Task AskingThePersonWaitsForTheStudio()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        await client.SayAsync("start_stage", ("session_id", session));
        var asking = client.SayAsync("ask_user", ("session_id", session), ("question", "Which unit has size?"));
        var asked = await app.FollowUntilAsync(session, item => item.Type == "question");
        (
            await app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/questions/{asked[^1].Data.GetProperty("id").GetGuid()}/answer",
                new AnswerRequest { Answer = "Metres." },
                ContractJson.Default.AnswerRequest,
                TestContext.Current.CancellationToken
            )
        ).EnsureSuccessStatusCode();
        (await asking).ShouldBe("The user answers: Metres.");
    }

    [Fact]
    public async Task WithTheSchemaSharedAloneAClientSeesNoCell()
    {
        await using var app = await StartAsync();
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync(Tables.Small, ("share", "schema"));
        const string secret = "# Tell\nprint('green and red')\nopen('report.md', 'w').write('green')";
        var before = await client.CallAsync("query_data", ("session_id", session), ("sql", "SELECT * FROM working"));
        before.IsError!.Value.ShouldBeTrue();
        var opening = await client.SayAsync("start_stage", ("session_id", session));
        var ran = await client.SayAsync("execute_code", ("session_id", session), ("code", secret));
        ran.ShouldStartWith("outcome: ok");
        var during = await client.CallAsync("query_data", ("session_id", session), ("sql", "SELECT * FROM working"));
        during.IsError!.Value.ShouldBeTrue();
        await client.SayAsync("finish_stage", ("session_id", session));
        var after = await client.CallAsync("read_file", ("session_id", session), ("path", "report.md"));
        after.IsError!.Value.ShouldBeTrue();
        foreach (var uri in new[] { "reports/eda", "files/eda/report.md", "tables/working" })
            (
                await Should.ThrowAsync<McpProtocolException>(async () =>
                    await client.ReadResourceAsync(
                        $"trainable://sessions/{session}/{uri}",
                        cancellationToken: TestContext.Current.CancellationToken
                    )
                )
            ).Message.ShouldContain("schema only");
        string.Join('\n', opening, ran, McpClients.Text(before), McpClients.Text(during), McpClients.Text(after))
            .ShouldNotContain("green");
    }

    [Fact]
    public async Task AClientWatchesAnotherModelAndStopsIt()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(
                ScriptedModels.Run(McpClients.Report, "I look around."),
                ScriptedModels.Finish(),
                ScriptedModels.Run(Endless)
            )
        );
        await using var client = await McpClients.OverHttpAsync(app);
        var session = await client.CreateAsync();
        (await client.SayAsync("start_stage", ("session_id", session), ("model", "scripted"))).ShouldContain(
            "'scripted'"
        );
        var seen = await client.SayAsync("wait", ("session_id", session));
        seen.ShouldContain("I look around.");
        seen.ShouldContain("execute_code step_01_look.py: ok");
        seen.ShouldContain("State: eda_done");
        await client.SayAsync("start_stage", ("session_id", session), ("stage", "eda"), ("model", "scripted"));
        await app.FollowUntilAsync(
            session,
            item => item.Type == "code_output" && item.Data.GetRawText().Contains("on\\n")
        );
        var refused = await client.CallAsync("execute_code", ("session_id", session), ("code", "print(1)"));
        McpClients.Text(refused).ShouldContain("'scripted' drives eda");
        (await client.SayAsync("list_files", ("session_id", session))).ShouldContain("report.md");
        (await client.SayAsync("stop_stage", ("session_id", session))).ShouldBe("Stopped.");
        (await app.SessionAsync(session)).Runs[^1].EndReason.ShouldBe("stopped by an MCP client");
    }

    private static Task<TrainableApp> StartAsync(TimeSpan? idle = null, string? home = null) =>
        TrainableApp.StartAsync(
            home: home,
            configure: services =>
            {
                TrainableApp.WithoutPreloading(services);
                if (idle is { } time)
                    services.AddSingleton(new ExternalOptions { Idle = time });
            }
        );
}
