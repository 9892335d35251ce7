using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents;

/// <summary>Every budget warns at 80 %, grants one reply at 100 %, and ends the stage with a plain reason.</summary>
public class BudgetTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    private static readonly ModelPrices Prices = new(Input: 2, Output: 10, CacheWrite: 2.5m, CacheRead: 0.2m);

    private static readonly UsageDetails Usage = new()
    {
        InputTokenCount = 1_000,
        OutputTokenCount = 100,
        CachedInputTokenCount = 600,
        AdditionalCounts = new() { ["CacheCreationInputTokens"] = 200 },
    };

    public static TheoryData<string, BudgetLimits, string[], string> Limits =>
        new()
        {
            {
                BudgetKinds.Tokens,
                new BudgetLimits { Tokens = 2_700 },
                [
                    "80 % of the budget of 2,700 tokens is used. Bring what you have to an end.",
                    "The budget of 2,700 tokens is used up. Call finish_stage now with the best you have.",
                ],
                "the budget of 2,700 tokens ran out"
            },
            {
                // 1,000 in, of which 600 read from and 200 written to the cache, and 100 out: $0.00202 a reply.
                BudgetKinds.Cost,
                new BudgetLimits { CostUsd = 0.005m },
                [
                    "80 % of the budget of $0.005 is used. Bring what you have to an end.",
                    "The budget of $0.005 is used up. Call finish_stage now with the best you have.",
                ],
                "the budget of $0.005 ran out"
            },
            {
                BudgetKinds.Steps,
                new BudgetLimits { Steps = 4 },
                ["This is the last of 4 steps. Call finish_stage now with the best you have."],
                "all 4 steps were used"
            },
        };

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task ABudgetWarnsGrantsOneReplyAndEndsTheStage(
        string kind,
        BudgetLimits budget,
        string[] warnings,
        string reason
    )
    {
        var models = new ScriptedModels([.. Enumerable.Repeat(ScriptedModels.Run("print(1)"), 9)])
        {
            Prices = Prices,
            Usage = Usage,
        };
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { Budget = budget });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        var said = events.Where(item => item.Type == EventTypes.BudgetWarning).Select(item => item.Data).ToList();
        said.Select(data => data.GetProperty("message").GetString()).ShouldBe(warnings);
        said.ShouldAllBe(data => data.GetProperty("kind").GetString() == kind);
        // What is over budget after three replies gets one more, and the model was told that it is the last.
        models.Seen.Count.ShouldBe(4);
        models.Seen[^1][^1].Text.ShouldBe(warnings[^1]);
        (await app.SessionAsync(session))
            .Runs.Single()
            .EndReason.ShouldBe(
                $"Eda is not done: {reason}. report.md is missing or empty. Write down what you found."
            );
    }

    [Fact]
    public async Task TheLastReplyCanHandInWhatThereIs()
    {
        var models = new ScriptedModels(
            ScriptedModels.Run("print(1)"),
            new ScriptedTurn.Reply(
                "The best so far.",
                ScriptedModels.Call("execute_code", ("code", Report)),
                ScriptedModels.Call("finish_stage")
            )
        );
        await using var app = await TrainableApp.StartAsync(models);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { Budget = new() { Steps = 2 } });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
    }

    [Fact]
    public async Task ASessionsBudgetHoldsForAllItsRunsAndForbidsTheNextStart()
    {
        var models = new ScriptedModels([
            .. Enumerable.Repeat(
                new ScriptedTurn.Reply(
                    "All at once.",
                    ScriptedModels.Call("execute_code", ("code", Report)),
                    ScriptedModels.Call("finish_stage")
                ),
                4
            ),
        ])
        {
            Prices = Prices,
            Usage = Usage,
        };
        await using var app = await TrainableApp.StartAsync(models);
        var experiment = await app.CreateExperimentAsync(
            options: new ExperimentOptions
            {
                Run = new RunOptions { SessionBudget = new BudgetLimits { Tokens = 2_000 } },
            }
        );
        var session = experiment.SessionId;
        for (var run = 0; run < 2; run++)
        {
            var last = (await app.SessionAsync(session)).LastSeq;
            (await app.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
            await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) is "eda_done", last);
        }

        var refused = await app.StartStageAsync(session, "eda");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(refused)).ShouldBe(
            "the session's budget of 2,000 tokens is used up: give the session a larger one first."
        );
        var more = await app.Http.PatchAsJsonAsync(
            $"/api/sessions/{session}/options",
            new RunOptions { SessionBudget = new BudgetLimits { Tokens = 9_000 } },
            ContractJson.Default.RunOptions,
            TestContext.Current.CancellationToken
        );
        more.EnsureSuccessStatusCode();
        (await app.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task ADollarBudgetNeedsPrices()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var refused = await app.StartStageAsync(
            session,
            "eda",
            new StartStageRequest { Budget = new() { CostUsd = 1 } }
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TrainableApp.DetailAsync(refused)).ShouldBe(
            "The prices of 'scripted' are not known, so no budget in dollars can be kept. "
                + "Name them in models.json, or set a budget in tokens."
        );
    }

    [Fact]
    public async Task AModelThatHangsEndsWithTheTimeBudget()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang("Hm")));
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { BudgetSeconds = 1 });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        events
            .Single(item => item.Type == EventTypes.AgentError)
            .Data.GetProperty("error")
            .GetString()!
            .ShouldStartWith("Eda is not done: the model was still answering when the time budget of 1 s ran out.");
    }

    [Theory]
    [InlineData("""{"budget":{"steps":0}}""", "budget.steps lies between 1 and 10,000.")]
    [InlineData("""{"budget":{"tokens":-5}}""", "budget.tokens is a number of tokens above 0.")]
    [InlineData("""{"session_budget":{"cost_usd":0}}""", "session_budget.cost_usd is a number of dollars above 0.")]
    [InlineData("""{"thinking":"hard"}""", "thinking is 'hard'; it can be none, low, medium, high or max.")]
    [InlineData("""{"share":"all"}""", "share is 'all'; it can be schema, sample or full.")]
    [InlineData("""{"models":{"test":"x"}}""", "models is 'test'; it can be eda, prep or train.")]
    public async Task OptionsThatDoNotFitAreSaidInASentence(string body, string sentence)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var refused = await app.Http.PostAsync(
            $"/api/sessions/{session}/stages/eda/start",
            content,
            TestContext.Current.CancellationToken
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(refused)).ShouldBe(sentence);
    }
}

[OnPostgres]
public sealed class BudgetTestsOnPostgres : BudgetTests;
