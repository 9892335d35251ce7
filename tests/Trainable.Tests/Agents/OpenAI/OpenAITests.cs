using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.OpenAI;
using Trainable.Server.Platform;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents.OpenAI;

/// <summary>An OpenAI-compatible server drives a stage, through the real SDK.</summary>
public sealed class OpenAITests
{
    private const string Key = "sk-test-0123456789";
    private const string Report = "open('report.md', 'w').write('# Findings')";

    [Fact]
    public async Task AStageRunsAndItsThinkingTokensAndCostAreOnTheWireAndKept()
    {
        await using var api = await ChatCompletionsServer.StartAsync(
            CompletionReply.Run("print(1)") with
            {
                Calls =
                [
                    ("execute_code", """{"code":"print(1)"}"""),
                    ("list_files", "{}"),
                    ("execute_code", "{\"code\": \"pri"),
                ],
            },
            CompletionReply.Run(Report),
            CompletionReply.Finish()
        );
        await using var app = await StartAsync(api);
        var (session, events) = await RunAsync(app, new StartStageRequest { Model = "gpt-5", Thinking = "high" });
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var first = api.Requests.First();
        first.Path.ShouldBe("/v1/chat/completions");
        first.Authorization.ShouldBe($"Bearer {Key}");
        first.Body.GetProperty("model").GetString().ShouldBe("gpt-5");
        first.Body.GetProperty("reasoning_effort").GetString().ShouldBe("high");
        // Each of the three calls has its result, the broken one too.
        var second = api.Requests.ElementAt(1).Body.GetProperty("messages").EnumerateArray().ToList();
        second.Count(message => message.GetProperty("role").GetString() == "tool").ShouldBe(3);
        second[^1].GetProperty("content").ToString().ShouldContain("no complete JSON object");
        // 40 fresh and 60 cached tokens in, 10 out, at 1.25, 0.125 and 10 dollars a million.
        var usage = (await app.SessionAsync(session)).Usage;
        usage.Turns.ShouldBe(3);
        usage.CacheReadTokens.ShouldBe(180);
        usage.CostUsd.ShouldBe(3 * 0.000_157_5m);
    }

    public static TheoryData<string, CompletionReplyName, string> Failures =>
        new()
        {
            { "key", CompletionReplyName.Key, "OPENAI_API_KEY was refused by 127.0.0.1: Incorrect API key [key]." },
            {
                "model",
                CompletionReplyName.Model,
                "127.0.0.1 does not know the model 'gpt-5', or this is not the API's address: no such model. "
                    + "Choose another model, or check OPENAI_BASE_URL."
            },
            { "quota", CompletionReplyName.Quota, "The account's quota at 127.0.0.1 is used up: pay first." },
            {
                "html",
                CompletionReplyName.Html,
                "127.0.0.1 answers with a web page where the API should be. Check OPENAI_BASE_URL."
            },
        };

    /// <summary>What the server answers with.</summary>
    public enum CompletionReplyName
    {
        Key,
        Model,
        Quota,
        Html,
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task WhatWillNotPassIsSaidOnceInASentence(string name, CompletionReplyName reply, string sentence)
    {
        _ = name;
        var answer = reply switch
        {
            CompletionReplyName.Key => CompletionReply.Error(401, $"Incorrect API key {Key}"),
            CompletionReplyName.Model => CompletionReply.Error(404, "no such model"),
            CompletionReplyName.Quota => CompletionReply.Error(429, "pay first", "insufficient_quota"),
            _ => new CompletionReply { ContentType = "text/html", Body = "<html><b>Hello</b></html>" },
        };
        await using var api = await ChatCompletionsServer.StartAsync(answer);
        await using var app = await StartAsync(api);
        var (_, events) = await RunAsync(app, new StartStageRequest { Model = "gpt-5" });
        events
            .Single(item => item.Type == EventTypes.AgentError)
            .Data.GetProperty("error")
            .GetString()
            .ShouldBe(sentence);
        api.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ABrokenStreamIsTriedAgain()
    {
        await using var api = await ChatCompletionsServer.StartAsync(
            CompletionReply.Error(500, "oops"),
            CompletionReply.Run(Report) with
            {
                FinishReason = null,
            },
            CompletionReply.Run(Report),
            CompletionReply.Finish()
        );
        await using var app = await StartAsync(api, new Anthropic.FastClock());
        var (_, events) = await RunAsync(app, new StartStageRequest { Model = "openai/local-model" });
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done", events[^2].Data.GetRawText());
        events.Count(item => item.Type == EventTypes.ModelRetry).ShouldBe(2);
        api.Requests.Last().Body.GetProperty("model").GetString().ShouldBe("local-model");
    }

    [Fact]
    public async Task AModelThatDoesNotThinkRefusesALevel()
    {
        await using var api = await ChatCompletionsServer.StartAsync();
        await using var app = await StartAsync(api);
        var session = (await app.CreateExperimentAsync()).SessionId;
        var refused = await app.StartStageAsync(
            session,
            "eda",
            new StartStageRequest { Model = "gpt-4.1", Thinking = "high" }
        );
        (await TrainableApp.DetailAsync(refused)).ShouldBe("The model 'gpt-4.1' does not think: leave 'thinking' out.");
    }

    [Fact]
    public async Task WithSchemaAloneNoValueOfACellReachesTheModel()
    {
        const string secret = "Secretville";
        var csv = "city,price\n" + string.Concat(Enumerable.Range(0, 60).Select(row => $"{secret},{row}\n"));
        await using var api = await ChatCompletionsServer.StartAsync(
            CompletionReply.Run("import glob\nprint(open(glob.glob('/data/datasets/*/*')[0]).read())"),
            CompletionReply.Run("import glob\nraise ValueError(open(glob.glob('/data/datasets/*/*')[0]).read())"),
            CompletionReply.Call("read_file", """{"path":"logs/../scripts/step_01_code.py"}"""),
            CompletionReply.Run(Report),
            CompletionReply.Finish()
        );
        await using var app = await StartAsync(api);
        var session = (await app.CreateExperimentAsync(csv)).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { Model = "gpt-5", Share = "schema" });
        var events = await app.FollowToStateAsync(session, "eda_done", "failed");
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        api.Requests.ShouldAllBe(request => !request.Body.GetRawText().Contains(secret));
        var results = api.Requests.Last().Body.GetProperty("messages").EnumerateArray().Select(one => one.ToString());
        results.ShouldContain(text => text.Contains("ValueError at line 2"));
        // The person sees what the script printed.
        events.ShouldContain(item => item.Type == EventTypes.CodeOutput && item.Data.GetRawText().Contains(secret));
        (await app.SessionAsync(session)).Runs.Single().Share.ShouldBe("schema");
    }

    [Fact]
    public void AHomesOwnFileAddsModelsAndAWrongOneIsNamed()
    {
        var home = Directory.CreateTempSubdirectory("trainable-");
        try
        {
            var file = Path.Combine(home.FullName, "models.json");
            File.WriteAllText(
                file,
                """{"models":[{"id":"gpt-5","provider":"openai","context_window":9000,"prices":{"input":1,"output":2}}]}"""
            );
            var catalogue = ModelCatalogue.Of(new TrainableHome(home.FullName), new ConfigurationBuilder().Build());
            catalogue.Find("gpt-5")!.Prices.ShouldBe(new ModelPrices(1, 2, 1, 1));
            catalogue.Find("claude-opus-4-6").ShouldNotBeNull();
            File.WriteAllText(file, """{"models":[{"id":"x","provider":"acme"}]}""");
            Should
                .Throw<UserFacingException>(() =>
                    ModelCatalogue.Of(new TrainableHome(home.FullName), new ConfigurationBuilder().Build())
                )
                .Message.ShouldContain("the provider of 'x' is 'acme'; it can be anthropic, openai or ollama");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static Task<TrainableApp> StartAsync(ChatCompletionsServer api, TimeProvider? clock = null) =>
        TrainableApp.StartAsync(configure: services =>
        {
            var options = new OpenAIOptions
            {
                ApiKey = Key,
                BaseUrl = api.Url,
                Silence = TimeSpan.FromMinutes(10),
            };
            services.AddSingleton(options);
            TrainableApp.WithoutPreloading(services);
            if (clock is not null)
                services.AddSingleton<IModels>(provider => new ConfiguredModels([
                    ActivatorUtilities.CreateInstance<OpenAIProvider>(provider, options, clock),
                ]));
        });

    private static async Task<(Guid Session, List<StreamEvent> Events)> RunAsync(
        TrainableApp app,
        StartStageRequest request
    )
    {
        var session = (await app.CreateExperimentAsync()).SessionId;
        (await app.StartStageAsync(session, "eda", request)).EnsureSuccessStatusCode();
        return (session, await app.FollowToStateAsync(session, "eda_done", "failed"));
    }
}
