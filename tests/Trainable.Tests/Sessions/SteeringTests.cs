using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Sessions;

/// <summary>A person is asked, approves, pauses, stops and talks, and the host keeps to it.</summary>
public class SteeringTests : IAsyncDisposable
{
    private const string Report = "open('report.md', 'w').write('# Findings')";
    private const string Endless =
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(600)";

    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task AQuestionWaitsOverARestartAndItsAnswerReachesTheModel()
    {
        var asks = new ScriptedModels(
            new ScriptedTurn.Reply(
                "I wonder.",
                ScriptedModels.Call("ask_user", ("question", "Which column?"), ("options", "price\nrooms")),
                ScriptedModels.Call("execute_code", ("code", Report))
            )
        );
        Guid session;
        QuestionItem question;
        await using (var first = await TrainableApp.StartAsync(asks, _home))
        {
            session = (await first.CreateExperimentAsync()).SessionId;
            await first.StartStageAsync(session, "eda");
            var events = await first.FollowUntilAsync(session, item => item.Type == EventTypes.Question);
            question = events[^1].Data.Deserialize(ContractJson.Default.QuestionItem)!;
            question.Text.ShouldBe("Which column?");
            question.Options.ShouldBe(["price", "rooms"]);
            question.TimeoutSeconds.ShouldBe(600);
            var detail = await first.SessionAsync(session);
            detail.Activity.ShouldBe(Activities.Waiting);
            detail.State.ShouldBe("eda_running");
            detail.Questions.ShouldHaveSingleItem().Id.ShouldBe(question.Id);
        }
        var models = new ScriptedModels(ScriptedModels.Finish());
        await using var second = await TrainableApp.StartAsync(models, _home);
        (await AnswerAsync(second, session, question.Id, new AnswerRequest())).StatusCode.ShouldBe(
            HttpStatusCode.UnprocessableEntity
        );
        (
            await AnswerAsync(second, session, question.Id, new AnswerRequest { Answer = "price" })
        ).EnsureSuccessStatusCode();
        var all = await second.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(all[^1]).ShouldBe("eda_done");
        all.Count(item => item.Type == EventTypes.Question).ShouldBe(1);
        all.Count(item => item.Type == EventTypes.ToolStart).ShouldBe(3);
        Results(models.Seen[0]).ShouldContain("The user answers: price");
        (await second.SessionAsync(session)).Activity.ShouldBeNull();

        var late = await AnswerAsync(second, session, question.Id, new AnswerRequest { Answer = "rooms" });
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(late)).ShouldBe("This question has been answered already.");
        (await AnswerAsync(second, session, Guid.NewGuid(), new AnswerRequest { Answer = "x" })).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task AQuestionThatNobodyAnswersIsLeftToTheAgentAndTakesNoAnswerAfterwards()
    {
        var models = new ScriptedModels(
            new ScriptedTurn.Reply("I wonder.", ScriptedModels.Call("ask_user", ("question", "Which column?"))),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { QuestionTimeoutSeconds = 1 });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        Results(models.Seen[1]).Single().ShouldStartWith("Nobody answered in time. Decide yourself");
        var answered = events.Single(item => item.Type == EventTypes.QuestionAnswered).Data;
        answered.GetProperty("by").GetString().ShouldBe("timeout");
        var late = await AnswerAsync(
            app,
            session,
            answered.GetProperty("id").GetGuid(),
            new AnswerRequest { Answer = "price" }
        );
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await TrainableApp.DetailAsync(late)).ShouldBe(
            "This question waited for its time; the agent has decided by itself."
        );
    }

    [Fact]
    public async Task AScriptRunsOnlyAsItWasApprovedEditedOrNotAtAll()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("open('bad.txt', 'w').write('x')"),
            ScriptedModels.Run("open('report.md', 'w').write('# Draft')"),
            ScriptedModels.Run("open('more.txt', 'w').write('x')"),
            ScriptedModels.Finish()
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { ApproveCode = true });
        var seen = 0L;
        AnswerRequest[] answers =
        [
            new() { Decision = Decisions.Reject, Reason = "We do not write there." },
            new() { Decision = Decisions.Edit, Code = Report },
            new() { Decision = Decisions.Approve },
        ];
        foreach (var answer in answers)
        {
            var events = await app.FollowUntilAsync(session, item => item.Type == EventTypes.Question, seen);
            seen = events[^1].Seq!.Value;
            events[^1].Data.GetProperty("kind").GetString().ShouldBe(QuestionKinds.Approval);
            (await app.SessionAsync(session)).Artifacts.ShouldNotContain(file => file.Name == "more.txt");
            var id = events[^1].Data.GetProperty("id").GetGuid();
            (await AnswerAsync(app, session, id, answer)).EnsureSuccessStatusCode();
        }
        await app.FollowToStateAsync(session, "eda_done", "failed");
        var detail = await app.SessionAsync(session);
        detail.State.ShouldBe("eda_done");
        var files = detail.Artifacts.Select(file => file.Name).ToList();
        files.ShouldNotContain("bad.txt");
        files.ShouldContain("more.txt");
        Results(models.Seen[1])[^1]
            .ShouldBe("rejected: the user did not let this script run. The reason: We do not write there.");
        Results(models.Seen[2])[^1].ShouldContain($"This is what ran:\n{Report}");
        File.ReadAllText(Path.Combine(_home, "workspace/sessions", session.ToString(), "eda/report.md"))
            .ShouldBe("# Findings");
    }

    [Fact]
    public async Task ApprovalsCanBeTurnedOnWhileAStageRuns()
    {
        var gate = new TaskCompletionSource();
        var models = new ScriptedModels(
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply("", ScriptedModels.Call("execute_code", ("code", Report)))
            )
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        (await PatchAsync(app, session, new RunOptions { ApproveCode = true })).EnsureSuccessStatusCode();
        gate.SetResult();
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.Question);
        await ShouldStopWithinASecondAsync(app, session);
        (await app.SessionAsync(session)).Questions.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASessionPausesBeforeTheStageThatFollows()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run(Report),
            ScriptedModels.Finish(),
            new ScriptedTurn.Hang("Go")
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await AutoAsync(app, session, new StartStageRequest { PauseBeforeStages = true });
        var events = await app.FollowUntilAsync(session, item => item.Type == EventTypes.Paused);
        events[^1].Data.GetProperty("stage").GetString().ShouldBe("prep");
        var paused = await app.SessionAsync(session);
        (paused.State, paused.Activity).ShouldBe(("eda_done", Activities.Paused));
        await AutoAsync(app, session, new StartStageRequest());
        await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) == "prep_running", events[^1].Seq);
        (await app.SessionAsync(session)).Activity.ShouldBeNull();
        await ShouldStopWithinASecondAsync(app, session);
    }

    [Fact]
    public async Task AScriptThatIgnoresSignalsStopsWithinASecondToo()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(ScriptedModels.Run(Endless)), _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.CodeOutput);
        await ShouldStopWithinASecondAsync(app, session);
        SandboxProcesses.Of(session).ShouldBeEmpty();
    }

    [Fact]
    public async Task AFollowUpIsAnsweredInTheStagesContextAndLeavesTheStateAsItWas()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run(Report),
            ScriptedModels.Finish(),
            ScriptedModels.Run("print(6 * 7)"),
            ScriptedModels.Say("It is 42."),
            ScriptedModels.Say("Still 42.")
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "eda_done", "failed");
        var last = (await app.SessionAsync(session)).LastSeq;

        (await SayAsync(app, session, "What is six times seven?")).EnsureSuccessStatusCode();
        var events = await app.FollowUntilAsync(session, item => item.Type == EventTypes.ChatEnded, last);
        events.ShouldNotContain(item => item.Type == EventTypes.StateChange);
        events
            .Single(item => item.Type == EventTypes.ChatStarted)
            .Data.GetProperty("stage")
            .GetString()
            .ShouldBe("eda");
        events[^1].Data.GetProperty("status").GetString().ShouldBe("done");
        var detail = await app.SessionAsync(session);
        (detail.State, detail.Activity).ShouldBe(("eda_done", null));
        detail
            .Runs.Select(run => (run.Kind, run.Status, run.Stale))
            .ShouldBe([("stage", "done", false), ("chat", "done", false)]);
        // It knows the stage's own conversation, and its steps lie beside the stages' files.
        models.Seen[2].ShouldContain(message => message.Text.StartsWith("Running."));
        models.Seen[2][^1].Text.ShouldBe("What is six times seven?");
        detail.Artifacts.ShouldContain(file => file.Path.Contains("/chat/scripts/step_01_"));

        (await SayAsync(app, session, "Sure?")).EnsureSuccessStatusCode();
        await app.FollowUntilAsync(session, item => item.Type == EventTypes.ChatEnded, events[^1].Seq);
        models.Seen[^1].ShouldContain(message => message.Text.StartsWith("It is 42."));
        (await app.StartStageAsync(session, "prep")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task AMessageReachesTheNextTurnOfARunningStage()
    {
        var gate = new TaskCompletionSource();
        var models = new ScriptedModels(
            new ScriptedTurn.Held(
                gate.Task,
                new ScriptedTurn.Reply("", ScriptedModels.Call("execute_code", ("code", Report)))
            ),
            ScriptedModels.Finish()
        );
        await using var app = await TrainableApp.StartAsync(models, _home);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        (await SayAsync(app, session, "Mind the outliers.")).EnsureSuccessStatusCode();
        gate.SetResult();
        await app.FollowToStateAsync(session, "eda_done", "failed");
        // It stands in the first request if it came before that was made, else in the next.
        models.Seen[1].Count(message => message.Text == "Mind the outliers.").ShouldBe(1);
        (await app.SessionAsync(session)).Runs.Count.ShouldBe(1);
    }

    private static async Task ShouldStopWithinASecondAsync(TrainableApp app, Guid session)
    {
        var started = Stopwatch.GetTimestamp();
        var stopped = await TrainableApp.ReadAsync(await app.AbortAsync(session), ContractJson.Default.AbortResult);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(1.5));
        stopped!.Status.ShouldBe("cancelled");
        (await app.SessionAsync(session)).State.ShouldBe("cancelled");
    }

    private static List<string> Results(IReadOnlyList<ChatMessage> shown) =>
        [
            .. shown
                .SelectMany(message => message.Contents)
                .OfType<FunctionResultContent>()
                .Select(result => result.Result!.ToString()!),
        ];

    private static Task<HttpResponseMessage> AnswerAsync(
        TrainableApp app,
        Guid session,
        Guid question,
        AnswerRequest answer
    ) =>
        app.Http.PostAsJsonAsync(
            $"/api/sessions/{session}/questions/{question}/answer",
            answer,
            ContractJson.Default.AnswerRequest,
            Cancellation
        );

    private static Task<HttpResponseMessage> SayAsync(TrainableApp app, Guid session, string text) =>
        app.Http.PostAsJsonAsync(
            $"/api/sessions/{session}/messages",
            new PostMessageRequest { Content = text, RunAgent = true },
            ContractJson.Default.PostMessageRequest,
            Cancellation
        );

    private static Task<HttpResponseMessage> PatchAsync(TrainableApp app, Guid session, RunOptions options) =>
        app.Http.PatchAsJsonAsync(
            $"/api/sessions/{session}/options",
            options,
            ContractJson.Default.RunOptions,
            Cancellation
        );

    private static async Task AutoAsync(TrainableApp app, Guid session, StartStageRequest request) =>
        (
            await app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/auto",
                request,
                ContractJson.Default.StartStageRequest,
                Cancellation
            )
        ).EnsureSuccessStatusCode();
}

[OnPostgres]
public sealed class SteeringTestsOnPostgres : SteeringTests;
