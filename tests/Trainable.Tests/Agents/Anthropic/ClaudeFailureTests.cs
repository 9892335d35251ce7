using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Agents.Anthropic;

/// <summary>What can go wrong on the wire, to the real SDK.</summary>
public sealed class ClaudeFailureTests
{
    private const string Report = "open('report.md', 'w').write('# Findings')";

    private static readonly MessagesReply Overloaded = MessagesReply.Status(529, "overloaded_error", "Overloaded");

    [Fact]
    public async Task ARefusedKeyIsSaidOnceAndTheStageCanBeStartedAgain()
    {
        var refused = MessagesReply.Status(401, "authentication_error", $"invalid x-api-key {ClaudeApp.Key}");
        await using var api = await MessagesServer.StartAsync(refused);
        await using var app = await ClaudeApp.StartAsync(api);
        var (session, events) = await app.RunEdaAsync();
        ClaudeApp.ErrorOf(events).ShouldBe("ANTHROPIC_API_KEY was refused by 127.0.0.1: invalid x-api-key [key].");
        TrainableApp.StateOf(events[^1]).ShouldBe("failed");
        api.Requests.Count.ShouldBe(1);
        events.ShouldAllBe(item => !item.Data.GetRawText().Contains(ClaudeApp.Key));

        api.Then(MessagesReply.Run(Report), MessagesReply.Finish());
        (await app.StartStageAsync(session, "eda")).EnsureSuccessStatusCode();
        await app.FollowUntilAsync(session, item => TrainableApp.StateOf(item) == "eda_done", events[^1].Seq);
    }

    [Fact]
    public async Task ARateLimitIsWaitedOutAsLongAsTheApiAsks()
    {
        var limited = MessagesReply.Status(429, "rate_limit_error", "Too many tokens a minute.", retryAfter: 37);
        await using var api = await MessagesServer.StartAsync(
            limited,
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        var clock = new FastClock();
        await using var app = await ClaudeApp.StartAsync(api, clock);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        clock.Waits.ShouldBe([TimeSpan.FromSeconds(37)]);
        events
            .Single(item => item.Type == EventTypes.ModelRetry)
            .Data.GetProperty("message")
            .GetString()
            .ShouldBe(
                "127.0.0.1 limits how much may be asked (429): Too many tokens a minute. Trying again in 37 s (2 of 5)."
            );
    }

    [Fact]
    public async Task AnApiThatAsksForTooMuchPatienceEndsTheStage()
    {
        var limited = MessagesReply.Status(429, "rate_limit_error", "Daily limit.", retryAfter: 7200);
        await using var api = await MessagesServer.StartAsync(limited);
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        ClaudeApp
            .ErrorOf(events)
            .ShouldBe(
                "127.0.0.1 limits how much may be asked (429): Daily limit, and asks for 120 minutes of patience. "
                    + "Start the stage again after that."
            );
    }

    [Fact]
    public async Task WaitsGrowAndEndAfterFiveTries()
    {
        await using var api = await MessagesServer.StartAsync(
            Overloaded,
            Overloaded,
            MessagesReply.Status(500, "api_error", "Internal server error"),
            Overloaded,
            Overloaded
        );
        var clock = new FastClock();
        await using var app = await ClaudeApp.StartAsync(api, clock);
        var (_, events) = await app.RunEdaAsync();
        ClaudeApp
            .ErrorOf(events)
            .ShouldBe(
                "127.0.0.1 is overloaded (529); 5 tries were made. Start the stage again later, or let autopilot go on with it."
            );
        api.Requests.Count.ShouldBe(5);
        var waits = clock.Waits.Select(wait => wait.TotalSeconds).ToList();
        waits.Count.ShouldBe(4);
        double[] middle = [2, 4, 8, 16];
        for (var index = 0; index < 4; index++)
            waits[index].ShouldBeInRange(middle[index] * 0.75, middle[index] * 1.25);
        events.Count(item => item.Type == EventTypes.ModelRetry).ShouldBe(4);
    }

    public static TheoryData<string> Faults => ["broken", "ended", "hanging", "error event"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WhatAFailedTryHadStreamedIsNotShownTwice(string fault)
    {
        var half = MessagesReply.Say("I will look at the");
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var failing = fault switch
        {
            "broken" => half.Broken(),
            "ended" => half.EndedEarly(),
            "hanging" => half.Hanging(),
            _ => half.Failing("overloaded_error", "Overloaded"),
        };
        await using var api = await MessagesServer.StartAsync(
            failing.Then(seen.Task),
            MessagesReply.Run(Report, "I will look at the data first."),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(
            api,
            new FastClock(),
            silence: fault == "hanging" ? TimeSpan.FromMilliseconds(900) : null
        );
        var session = (await app.CreateExperimentAsync()).SessionId;
        await app.StartStageAsync(session, "eda");
        // One follower all along: a delta is shown to who is there, and to nobody later.
        var events = await app.FollowUntilAsync(
            session,
            item =>
            {
                if (item.Type == EventTypes.AgentMessageDelta)
                    seen.TrySetResult();
                return TrainableApp.StateOf(item) is "eda_done" or "failed";
            }
        );
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var retry = events.Single(item => item.Type == EventTypes.ModelRetry);
        var expected = fault switch
        {
            "hanging" => "127.0.0.1 has sent nothing for 0.9 s.",
            "error event" => "127.0.0.1 is overloaded.",
            _ => "127.0.0.1 broke off in the middle of a reply.",
        };
        retry.Data.GetProperty("message").GetString()!.ShouldStartWith(expected);

        var message = events.First(item => item.Type == EventTypes.AgentMessage).Data;
        const string whole = "I will look at the data first.";
        message.GetProperty("text").GetString().ShouldBe(whole);
        var id = message.GetProperty("message_id").GetString();
        retry.Data.GetProperty("message_id").GetString().ShouldNotBe(id);
        // A reader that lags may miss deltas; each one it gets stands at its place in the reply that counts.
        foreach (
            var delta in events
                .Where(item => item.Type == EventTypes.AgentMessageDelta)
                .Where(item => item.Data.GetProperty("message_id").GetString() == id)
        )
            whole[delta.Data.GetProperty("offset").GetInt32()..]
                .ShouldStartWith(delta.Data.GetProperty("text").GetString()!);
        (await app.SessionAsync(session)).Messages.Count(one => one.Role == "assistant").ShouldBe(3);
    }

    [Fact]
    public async Task ACallThatCannotBeReadIsAnsweredAndTheLoopGoesOn()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Call("execute_code", "{\"code\": \"print(1", "Broken."),
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var result = api.Requests[1].ContentsOf(^1)[0];
        result.GetProperty("type").GetString().ShouldBe("tool_result");
        result
            .GetProperty("content")
            .ToString()
            .ShouldStartWith("error: the arguments of this call are no complete JSON");
        api.Requests[1].ContentsOf(^2)[^1].GetProperty("input").GetRawText().ShouldBe("{}");
        events.Count(item => item.Type == EventTypes.ToolEnd).ShouldBe(3);
    }

    [Fact]
    public async Task ACallCutAtTheLimitOfLengthIsNotMade()
    {
        // Cut where the arguments had not begun: it would look like a call without any.
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Run(Report).AndCall("finish_stage", "").StoppedBy("max_tokens"),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var results = api.Requests[1].ContentsOf(^1);
        results.Length.ShouldBe(2);
        results[0].GetProperty("content").ToString().ShouldStartWith("outcome: ok");
        results[1].GetProperty("content").ToString().ShouldStartWith("error: your reply reached its limit of length");
    }

    [Fact]
    public async Task TextCutAtTheLimitOfLengthIsSaidToTheModel()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Say("On and on and").StoppedBy("max_tokens"),
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        api.Requests[1].ContentsOf(^1)[0].GetProperty("text").GetString()!.ShouldStartWith("Your last reply reached");
    }

    [Fact]
    public async Task ARefusalEndsTheStageWithASentence()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Say("I cannot help with that.").StoppedBy("refusal")
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        ClaudeApp.ErrorOf(events).ShouldStartWith("The model 'claude-opus-4-6' declined to go on.");
        events.ShouldContain(item => item.Type == EventTypes.Usage);
    }

    [Fact]
    public async Task AReplyWithoutContentIsFollowedByAReminder()
    {
        await using var api = await MessagesServer.StartAsync(
            MessagesReply.Nothing(),
            MessagesReply.Run(Report),
            MessagesReply.Finish()
        );
        await using var app = await ClaudeApp.StartAsync(api);
        var (_, events) = await app.RunEdaAsync();
        TrainableApp.StateOf(events[^1]).ShouldBe("eda_done");
        var told = api.Requests[1].Messages.ShouldHaveSingleItem();
        told.GetProperty("role").GetString().ShouldBe("user");
        told.GetProperty("content")[1].GetProperty("text").GetString()!.ShouldStartWith("The stage is not done");
    }

    [Fact]
    public async Task AnUnreachableApiIsSaidInASentence()
    {
        var api = await MessagesServer.StartAsync();
        var url = api.Url;
        await using var app = await ClaudeApp.StartAsync(api, new FastClock());
        await api.DisposeAsync();
        var (_, events) = await app.RunEdaAsync();
        ClaudeApp.ErrorOf(events).ShouldStartWith($"{url.Host} cannot be reached: ");
    }
}
