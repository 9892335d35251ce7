using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Storage;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>What is sent, and what is kept of what comes back.</summary>
public sealed class ClaudeRequestTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    [Fact]
    public async Task EachRequestRepeatsTheOneBeforeByteForByteSoThatItsPrefixIsCached()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run("print('äöü \"quoted\" <b>')", "Two things.").AndCall("list_files", "{}"),
            MessagesReply.Say("I think.").Thinking("Hm.", "c2lnbmF0dXJl"),
            MessagesReply.Run(Report).Thinking("So.", "c2VjcmV0"),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        api.Requests.Count.ShouldBe(4);
        foreach (var (before, after) in api.Requests.Zip(api.Requests.Skip(1)))
            ShouldContinue(before, after);

        var last = api.Requests[^1];
        last.Authorization.ShouldBe($"Bearer {ClaudeApp.Key}");
        last.Path.ShouldBe("/v1/messages");
        last.Body.GetProperty("stream").GetBoolean().ShouldBeTrue();
        last.Body.GetProperty("max_tokens").GetInt32().ShouldBe(32_000);
        // Two breakpoints: behind tools and system prompt, and at the end.
        JsonSerializer.Serialize(last.Body).Split("cache_control").Length.ShouldBe(3);
        last.Body.GetProperty("system")[0]
            .GetProperty("cache_control")
            .GetProperty("type")
            .GetString()
            .ShouldBe("ephemeral");
        last.ContentsOf(^1)[^1].TryGetProperty("cache_control", out _).ShouldBeTrue();
        // Thinking goes back signed, as it came.
        last.ContentsOf(^2)[0].GetProperty("signature").GetString().ShouldBe("c2VjcmV0");
    }

    [Theory]
    [InlineData("claude-opus-4-6", """{"type":"adaptive"}""", """{"effort":"low"}""")]
    [InlineData("claude-haiku-4-5", """{"type":"enabled","budget_tokens":""", null)]
    public async Task AThinkingLevelIsOnTheWireInTheModelsOwnShape(string model, string thinking, string? effort)
    {
        await using var api = await MessagesServer.StartAsync(MessagesReply.Run(Report), MessagesReply.Finish());
        await using var app = await ClaudeApp.StartAsync(api);
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda", new StartStageRequest { Model = model, Thinking = "low" });
        await app.FollowToStateAsync(session, "eda_done", "failed");
        var body = api.Requests[0].Body;
        body.GetProperty("thinking").GetRawText().ShouldStartWith(thinking[..^1]);
        if (effort is not null)
            body.GetProperty("output_config").GetRawText().ShouldBe(effort);
    }

    [Fact]
    public async Task ToolsAndSystemPromptAreTheSameForEverySession()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run(Report),
            MessagesReply.Finish(),
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        await app.RunEdaAsync();
        await app.RunEdaAsync();
        foreach (var part in (string[])["tools", "system"])
            api.Requests[2]
                .Body.GetProperty(part)
                .GetRawText()
                .ShouldBe(api.Requests[0].Body.GetProperty(part).GetRawText());
    }

    [Fact]
    public async Task ResultsOfOneReplyStandTogetherRightBehindIt()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run("print(1)").AndCall("list_files", "{}").AndCall("no_such_tool", "{}"),
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        await app.RunEdaAsync();
        ShouldAlternate(api.Requests[^1]);
        api.Requests[1].ContentsOf(^1).Length.ShouldBe(3);
    }

    [Fact]
    public async Task AfterARestartTheConversationIsTheSameAndResultsAreStillResults()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply
                .Run("print('one')")
                .AndCall("execute_code", "{\"code\": \"unfinished")
                .Thinking("Hm.", "c2ln"),
            MessagesReply.Say("Half").Hanging()
        );
        var home = Directory.CreateTempSubdirectory("trainable-").FullName;
        try
        {
            Guid session;
            await using (var first = await ClaudeApp.StartAsync(api, home: home))
            {
                session = (await first.CreateExperimentAsync()).SessionId;
                await first.StartStageAsync(session, "eda");
                await first.FollowUntilAsync(
                    session,
                    item =>
                        item.Type == EventTypes.AgentMessageDelta
                        && item.Data.GetProperty("text").GetString()!.Contains("Half", StringComparison.Ordinal)
                );
            }
            api.Then(MessagesReply.Run(Report), MessagesReply.Finish());
            await using var second = await ClaudeApp.StartAsync(api, home: home);
            var events = await second.FollowToStateAsync(session, "eda_done", "failed");
            TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
        api.Requests.Count.ShouldBe(4);
        api.Requests[2].Text.ShouldBe(api.Requests[1].Text);
        ShouldAlternate(api.Requests[^1]);
    }

    [Fact]
    public async Task TokensAreCountedInTheEventAndInTheTurn()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run(Report).Cached(read: 3000, written: 500),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        var usage = events
            .First(item => item.Type == EventTypes.Usage)
            .Data.Deserialize(ContractJson.Default.UsageReport)!;
        usage.Model.ShouldBe("claude-opus-4-6");
        (usage.InputTokens, usage.OutputTokens).ShouldBe((3520, 7));
        (usage.CacheReadTokens, usage.CacheWriteTokens).ShouldBe((3000, 500));
        await using var db = await app
            .Server.Services.GetRequiredService<IDbContextFactory<TrainableDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        var turn = await db.Turns.OrderBy(one => one.Number).FirstAsync(TestContext.Current.CancellationToken);
        (turn.InputTokens, turn.OutputTokens).ShouldBe((3520, 7));
        (turn.CacheReadTokens, turn.CacheWriteTokens).ShouldBe((3000, 500));
    }

    [Fact]
    public async Task TheKeyIsNeitherInASandboxNorInTheLogOfEvents()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run($"import os\nprint(dict(os.environ), open('/proc/1/environ').read())\n{Report}"),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        events.ShouldAllBe(item =>
            !item.Data.GetRawText().Contains("ANTHROPIC") && !item.Data.GetRawText().Contains(ClaudeApp.Key)
        );
    }

    private static void ShouldContinue(MessagesRequest before, MessagesRequest after)
    {
        foreach (var part in (string[])["tools", "system", "model"])
            Plain(after.Body.GetProperty(part)).ShouldBe(Plain(before.Body.GetProperty(part)));
        var earlier = before.Messages.Select(Plain).ToList();
        after.Messages.Take(earlier.Count).Select(Plain).ShouldBe(earlier);
        after.Messages.Length.ShouldBeGreaterThan(earlier.Count);
    }

    /// <summary>The bytes without breakpoints, which are no part of what is cached and wander to the end.</summary>
    private static string Plain(JsonElement json) =>
        json.GetRawText().Replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "", StringComparison.Ordinal);

    /// <summary>User and assistant take turns, and every tool_use is answered first thing in the message that follows.</summary>
    private static void ShouldAlternate(MessagesRequest request)
    {
        var messages = request.Messages;
        for (var index = 0; index < messages.Length; index++)
        {
            messages[index].GetProperty("role").GetString().ShouldBe(index % 2 == 0 ? "user" : "assistant");
            if (index % 2 == 0)
                continue;
            var asked = request
                .ContentsOf(index)
                .Where(block => Type(block) == "tool_use")
                .Select(block => Text(block, "id"));
            var answered = request
                .ContentsOf(index + 1)
                .TakeWhile(block => Type(block) == "tool_result")
                .Select(block => Text(block, "tool_use_id"));
            answered.ShouldBe(asked);
        }
    }

    private static string? Type(JsonElement block) => Text(block, "type");

    private static string? Text(JsonElement block, string name) => block.GetProperty(name).GetString();
}
