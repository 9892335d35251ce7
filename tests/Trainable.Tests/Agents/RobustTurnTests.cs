using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Models;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents;

/// <summary>Models that repeat themselves, fill their context or reuse ids do no harm.</summary>
public sealed class RobustTurnTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    [Fact]
    public async Task TheSameFailureIsAnsweredWithAHintAndThenEndsTheStage()
    {
        var models = new ScriptedModels([.. Enumerable.Repeat(ScriptedModels.Run("raise ValueError('no')"), 9)]);
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        await app.FollowToStateAsync(session, "eda_done", "failed");
        models.Seen.Count.ShouldBe(5);
        LastResult(models.Seen[2]).ShouldNotContain("[This very call");
        LastResult(models.Seen[3]).ShouldContain("[This very call has now failed in the same way 3 times.");
        (await app.SessionAsync(session))
            .Runs.Single()
            .EndReason!.ShouldStartWith(
                "Eda is not done: the same call of execute_code failed in the same way 5 times."
            );
    }

    [Fact]
    public async Task OtherFailuresInBetweenAreNotTheSame()
    {
        var turns = Enumerable.Range(0, 7).Select(number => ScriptedModels.Run($"raise ValueError({number})"));
        var models = new ScriptedModels([.. turns, ScriptedModels.Run(Report), ScriptedModels.Finish()]);
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
    }

    [Fact]
    public async Task CallsWithOneIdAreToldApart()
    {
        static ScriptedTurn Same(string code) =>
            new ScriptedTurn.Reply(
                "",
                new FunctionCallContent(
                    "call_0",
                    "execute_code",
                    new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code }
                ),
                new FunctionCallContent("call_0", "list_files", new Dictionary<string, object?>(StringComparer.Ordinal))
            );
        var models = new ScriptedModels(Same("print(1)"), Same(Report), ScriptedModels.Finish());
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        events
            .Where(item => item.Type == EventTypes.ToolEnd)
            .Select(item => item.Data.GetProperty("call_id").GetString())
            .Distinct()
            .Count()
            .ShouldBe(5);
    }

    [Fact]
    public void ATranscriptOf300TurnsFitsAndThePersonsWordsStayWhole()
    {
        const long window = 32_000;
        var messages = new List<ChatMessage>
        {
            new(ChatRole.System, new string('s', 6_000)),
            new(ChatRole.User, new string('b', 9_000)),
        };
        var shortened = new ContextWindow(window);
        var changes = 0;
        IReadOnlyList<string> before = [];
        for (var turn = 0; turn < 300; turn++)
        {
            if (turn % 50 == 0)
                messages.Add(new ChatMessage(ChatRole.User, $"Remember {turn}: {new string('u', 500)}"));
            var call = ScriptedModels.Call("execute_code", ("code", new string('c', 3_000)));
            messages.Add(new ChatMessage(ChatRole.Assistant, [new TextContent($"Step {turn}."), call]));
            messages.Add(
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, new string('o', 8_000))])
            );
            var shown = shortened.Fit(messages);
            shown.Sum(ContextWindow.Size).ShouldBeLessThan(window);
            ShouldBeAnswered(shown);
            var now = shown.Select(Text).ToList();
            if (!before.SequenceEqual(now.Take(before.Count)))
                changes++;
            before = now;
        }
        var last = shortened.Fit(messages);
        last.Where(message => message.Role == ChatRole.User)
            .Select(message => message.Text)
            .ShouldBe(messages.Where(message => message.Role == ChatRole.User).Select(message => message.Text));
        // The prefix that a provider has cached changes at a leap, not at every turn.
        changes.ShouldBeLessThan(150);
    }

    [Fact]
    public async Task AProviderThatFindsItTooLongIsAskedAgainWithLess()
    {
        var big = ScriptedModels.Run("print('x' * 30000)");
        var models = new ScriptedModels(
            big,
            big,
            new ScriptedTurn.Fail(new ContextTooLongException("prompt is too long")),
            ScriptedModels.Run(Report),
            ScriptedModels.Finish()
        )
        {
            ContextWindow = 40_000,
        };
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
    }

    /// <summary>Providers refuse a call without its result, and a result without its call.</summary>
    private static void ShouldBeAnswered(IReadOnlyList<ChatMessage> shown)
    {
        var contents = shown.SelectMany(message => message.Contents).ToList();
        contents
            .OfType<FunctionResultContent>()
            .Select(result => result.CallId)
            .ShouldBe(contents.OfType<FunctionCallContent>().Select(call => call.CallId));
    }

    private static string LastResult(IReadOnlyList<ChatMessage> shown) =>
        shown.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Last().Result!.ToString()!;

    private static string Text(ChatMessage message) =>
        string.Concat(
            message.Contents.Select(content =>
                content switch
                {
                    TextContent text => text.Text,
                    FunctionResultContent result => result.Result?.ToString(),
                    FunctionCallContent call => call.Arguments?["code"]?.ToString(),
                    _ => "",
                }
            )
        );
}
