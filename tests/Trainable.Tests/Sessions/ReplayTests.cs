using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>What models replied is run again without them, and each file is compared with the original's.</summary>
public class ReplayTests : IAsyncDisposable
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ARecordingRunsAgainWithNoModelAndSaysInWhichWayEachFileIsTheSame()
    {
        var gate = new TaskCompletionSource();
        var models = new ScriptedModels(
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply(
                    "",
                    ScriptedModels.Call("ask_user", ("question", "Which column?")),
                    ScriptedModels.Call("execute_code", ("code", "open('rejected.txt', 'w').write('x')"))
                )
            ),
            ScriptedModels.Run(
                """
                # Write files of every kind
                import datetime, os, sys
                open('same.txt', 'w').write('the same')
                open('where.txt', 'w').write('made in ' + os.getcwd())
                now = datetime.datetime.now(datetime.timezone.utc)
                open('when.txt', 'w').write(f'{now:%Y-%m-%d %H:%M:%S.%f} took {os.getpid()}.5 s at {id(now):#018x}')
                print('read', len(open(sys.argv[0]).read()))
                """
            ),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        )
        {
            Usage = new UsageDetails { InputTokenCount = 1_000, OutputTokenCount = 100 },
            Prices = new ModelPrices(3, 15, 3, 3),
        };
        Guid original;
        Guid experiment;
        await using (var app = await TrainableApp.StartAsync(models, _home))
        {
            var created = await app.CreateExperimentAsync();
            (experiment, original) = (created.Id, created.SessionId);
            await app.StartStageAsync(original, "eda", new StartStageRequest { ApproveCode = true, Share = "full" });
            await SayAsync(app, original, "Mind the sizes.");
            gate.SetResult();
            AnswerRequest[] answers =
            [
                new() { Answer = "bought" },
                new() { Decision = Decisions.Reject, Reason = "not here" },
                new() { Decision = Decisions.Approve },
                new() { Decision = Decisions.Approve },
            ];
            var seen = 0L;
            foreach (var answer in answers)
            {
                var asked = (await app.FollowUntilAsync(original, item => item.Type == EventTypes.Question, seen))[^1];
                seen = asked.Seq!.Value;
                (
                    await AnswerAsync(app, original, asked.Data.GetProperty("id").GetGuid(), answer)
                ).EnsureSuccessStatusCode();
            }
            await app.FollowToStateAsync(original, "eda_done", "failed");
            (await app.SessionAsync(original)).State.ShouldBe("eda_done");
        }

        // No scripted model from here on: these are the models of a machine without any key.
        await using var again = await TrainableApp.StartAsync(home: _home, configure: TrainableApp.WithoutPreloading);
        var offered = await again.Http.GetFromJsonAsync(
            $"/api/models?experiment={experiment}",
            ContractJson.Default.ModelItemArray,
            Cancellation
        );
        offered!.ShouldContain(model => model.Id == $"replay/{original}" && model.Available);
        (await again.Http.GetStringAsync("/api/models", Cancellation)).ShouldNotContain("replay");

        var (session, events, result) = await ReplayAsync(again, original);
        result.Verdict.ShouldBe(ReplayVerdicts.Same, result.Message);
        result.Original.ShouldBe(original);
        result.First.ShouldBeNull();
        result.Divergences.ShouldBeEmpty();
        (result.Replies, result.Tokens, result.CostUsd).ShouldBe((4, 0L, 0m));
        result.OriginalCostUsd.ShouldBe(0.018m);
        result.Message.ShouldEndWith("The replies had cost $0.018; running them again cost nothing.");
        string Equality(string path) => result.Artifacts.Single(file => file.Path == path).Equality;
        Equality("eda/same.txt").ShouldBe(Equalities.Identical);
        Equality("eda/where.txt").ShouldBe(Equalities.SessionId);
        Equality("eda/when.txt").ShouldBe(Equalities.Times);
        Equality("eda/report.md").ShouldBe(Equalities.Identical);
        result.Artifacts.ShouldNotContain(file => file.Path == "eda/rejected.txt");

        var detail = await again.SessionAsync(session);
        detail.State.ShouldBe("eda_done");
        detail.ExperimentId.ShouldBe(experiment);
        detail.Runs.ShouldHaveSingleItem().Share.ShouldBe("full");
        detail.Usage.CostUsd.ShouldBe(0);
        detail.RunOptions.Model.ShouldBe($"replay/{original}");
        detail.Messages.ShouldContain(message => message.Role == "user" && message.Content == "Mind the sizes.");
        events
            .Where(item => item.Type == EventTypes.QuestionAnswered)
            .Select(item => item.Data.Deserialize(ContractJson.Default.QuestionAnswered)!)
            .Select(answer => answer.Answer ?? answer.Decision)
            .ShouldBe(["bought", "reject", "approve", "approve"]);
        events.Single(item => item.Type == EventTypes.Notice).Data.GetProperty("code").GetString().ShouldBe("replay");
    }

    [Fact]
    public async Task WhatDiffersIsNamedWithItsPlaceAndTheRestOfTheRecordingRunsOn()
    {
        const string code = """
            import json, os, pathlib, random
            pathlib.Path('data').mkdir(exist_ok=True)
            first = random.SystemRandom().random()
            open('data/table.csv', 'w').write(f'a,b\n1,2\n3,{first}\n')
            json.dump({'fit_s': first, 'deep': [1, {'score': first}]}, open('data/found.json', 'w'))
            json.dump({'fit_s': first, 'rows': 20}, open('data/took.json', 'w'))
            open('data/object.pkl', 'wb').write(b'\x80\x04' + os.urandom(8))
            if first < 2:
                print('the value is', first)
            """;
        var models = new ScriptedModels(ScriptedModels.Run(code), ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var app = await TrainableApp.StartAsync(models, _home);
        var original = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(original, "eda");
        await app.FollowToStateAsync(original, "eda_done", "failed");

        var (session, _, result) = await ReplayAsync(app, original);
        result.Verdict.ShouldBe(ReplayVerdicts.Differs);
        (await app.SessionAsync(session)).State.ShouldBe("eda_done");
        var found = result.Artifacts.ToDictionary(file => file.Path);
        found["eda/data/table.csv"].Equality.ShouldBe(Equalities.Differs);
        found["eda/data/table.csv"].Detail.ShouldStartWith("line 3: '3,0.");
        found["eda/data/found.json"].Detail.ShouldStartWith("/deep/1/score is 0.");
        found["eda/data/took.json"].Equality.ShouldBe(Equalities.Times);
        found["eda/data/object.pkl"].Detail.ShouldBe("the bytes differ from byte 3 on");
        found["eda/report.md"].Equality.ShouldBe(Equalities.Identical);
        result.First!.Equality.ShouldBe(Equalities.Differs);
        result.Message.ShouldStartWith($"{result.First.Path} differs: ");
        var divergence = result.Divergences.ShouldHaveSingleItem();
        (divergence.Turn, divergence.Tool).ShouldBe((1, "execute_code"));
        divergence.Message.ShouldContain("'the value is 0.");
    }

    [Fact]
    public async Task EveryAttemptOfASessionRunsAgainTheFailedOnesAndTheTalkToo()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("open('first.txt', 'w').write('x')"),
            new ScriptedTurn.Fail(new UserFacingException("The key was refused.")),
            ScriptedModels.Run("open('second.txt', 'w').write(open('first.txt').read())"),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish(),
            ScriptedModels.Run("open('talk.txt', 'w').write('y')"),
            ScriptedModels.Say("I wrote it down.")
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var original = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(original, "eda");
        await app.FollowToStateAsync(original, "failed");
        await app.StartStageAsync(original, "eda", new StartStageRequest { Instructions = "once more" });
        await app.FollowToStateAsync(original, "eda_done");
        await SayAsync(app, original, "Write it down.", runAgent: true);
        await app.FollowUntilAsync(original, item => item.Type == EventTypes.ChatEnded);

        var (session, events, result) = await ReplayAsync(app, original);
        result.Verdict.ShouldBe(ReplayVerdicts.Same, result.Message);
        result.Divergences.ShouldBeEmpty();
        result
            .Artifacts.Select(file => file.Path)
            .ShouldBe([
                "eda/scripts/step_01_code.py",
                "eda/first.txt",
                "eda/scripts/step_02_code.py",
                "eda/second.txt",
                "eda/scripts/step_03_code.py",
                "eda/report.md",
                "chat/scripts/step_01_code.py",
                "chat/talk.txt",
            ]);
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.ChatEnded);
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("eda_done");
        detail
            .Runs.Select(run => (run.Kind, run.Status))
            .ShouldBe([("stage", "failed"), ("stage", "done"), ("chat", "done")]);
        detail.Runs[0].EndReason.ShouldBe("the recording ends here (failed: The key was refused.)");
        detail.Runs[1].Instructions.ShouldBe("once more");
        detail.Activity.ShouldBeNull();
        events.ShouldContain(item => TrainableApp.StateOf(item) == "failed");
        detail.Messages.Count(message => message.Role == "user").ShouldBe(1);
    }

    [Fact]
    public async Task AStepThatWasStoppedIsNotRunAgainAndTheReplayEndsThere()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("open('first.txt', 'w').write('x')"),
            ScriptedModels.Run("import time\nprint('on', flush=True)\ntime.sleep(600)")
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var original = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(original, "eda");
        await app.FollowUntilAsync(
            original,
            item => item.Type == EventTypes.CodeOutput && item.Data.GetProperty("text").GetString()!.Contains("on")
        );
        (await app.AbortAsync(original)).EnsureSuccessStatusCode();
        await app.FollowToStateAsync(original, "cancelled");

        var (session, _, result) = await ReplayAsync(app, original);
        await app.FollowToStateAsync(session, "cancelled");
        (await app.SessionAsync(session))
            .Runs.Single()
            .EndReason!.ShouldStartWith("the recording ends here (cancelled");
        // The script of the stopped step was kept in the original; here it was not begun.
        result.Artifacts.Single(file => file.Equality != Equalities.Identical).Equality.ShouldBe(Equalities.Missing);
    }

    [Fact]
    public async Task ARecordingIsAModelOfOneStageToo()
    {
        var models = new ScriptedModels(ScriptedModels.Run(Report), ScriptedModels.Finish());
        await using var app = await TrainableApp.StartAsync(models, _home);
        var created = await app.CreateExperimentAsync();
        await app.StartStageAsync(created.SessionId, "eda");
        await app.FollowToStateAsync(created.SessionId, "eda_done", "failed");
        var other = (await AddSessionAsync(app, created.Id)).Id;
        await app.StartStageAsync(other, "eda", new StartStageRequest { Model = $"replay/{created.SessionId}" });
        var events = await app.FollowToStateAsync(other, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        events.ShouldContain(item => item.Type == EventTypes.Replay);

        var elsewhere = (await app.CreateExperimentAsync()).SessionId;
        var refused = await app.StartStageAsync(
            elsewhere,
            "eda",
            new StartStageRequest { Model = $"replay/{created.SessionId}" }
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(refused)).ShouldStartWith("A recording runs on the data it was made on");
        refused = await app.StartStageAsync(other, "eda", new StartStageRequest { Model = $"replay/{Guid.NewGuid()}" });
        refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task WhatCannotBeReplayedIsRefusedWithTheReason()
    {
        var models = new ScriptedModels(new ScriptedTurn.Hang());
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        var refused = await PostReplayAsync(app, session);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(refused)).ShouldStartWith("Nothing has run in this session yet");
        await app.StartStageAsync(session, "eda");
        refused = await PostReplayAsync(app, session);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await PostReplayAsync(app, Guid.NewGuid())).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await app.AbortAsync(session)).EnsureSuccessStatusCode();
    }

    private static Task<HttpResponseMessage> PostReplayAsync(TrainableApp app, Guid session) =>
        app.Http.PostAsync($"/api/sessions/{session}/replay", content: null, Cancellation);

    private static async Task<(Guid Session, List<StreamEvent> Events, ReplayResult Result)> ReplayAsync(
        TrainableApp app,
        Guid original
    )
    {
        var response = await PostReplayAsync(app, original);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var started = (await TrainableApp.ReadAsync(response, ContractJson.Default.ReplayStarted))!;
        var events = await app.FollowUntilAsync(started.SessionId, item => item.Type == EventTypes.Replay);
        // The end of its last run is told with it.
        await app.FollowUntilAsync(
            started.SessionId,
            item => item.Type == EventTypes.ChatEnded || TrainableApp.StateOf(item) is not null,
            events[^1].Seq
        );
        return (started.SessionId, events, events[^1].Data.Deserialize(ContractJson.Default.ReplayResult)!);
    }

    private static async Task SayAsync(TrainableApp app, Guid session, string content, bool runAgent = false) =>
        (
            await app.Http.PostAsync(
                $"/api/sessions/{session}/messages",
                JsonContent.Create(
                    new PostMessageRequest { Content = content, RunAgent = runAgent },
                    ContractJson.Default.PostMessageRequest
                ),
                Cancellation
            )
        ).EnsureSuccessStatusCode();

    private static Task<HttpResponseMessage> AnswerAsync(
        TrainableApp app,
        Guid session,
        Guid question,
        AnswerRequest answer
    ) =>
        app.Http.PostAsync(
            $"/api/sessions/{session}/questions/{question}/answer",
            JsonContent.Create(answer, ContractJson.Default.AnswerRequest),
            Cancellation
        );

    private static async Task<SessionSummary> AddSessionAsync(TrainableApp app, Guid experiment)
    {
        var response = await app.Http.PostAsync($"/api/experiments/{experiment}/sessions", content: null, Cancellation);
        response.EnsureSuccessStatusCode();
        return (await TrainableApp.ReadAsync(response, ContractJson.Default.SessionSummary))!;
    }
}

/// <summary>The same on PostgreSQL.</summary>
[OnPostgres]
public sealed class ReplayTestsOnPostgres : ReplayTests;
