using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Events;
using Trainable.Tests.App;

namespace Trainable.Tests.Events;

public class StreamTests
{
    [Fact]
    public async Task AReplayAndTheLiveStreamJoinWithoutGapOrDuplicate()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        const int total = 3_000;
        await WriteAsync(app, session, 0, total / 3);
        var followers = Enumerable
            .Range(0, 8)
            .Select(index => app.FollowUntilAsync(session, item => item.Seq == total, after: index * 40))
            .ToArray();
        await WriteAsync(app, session, total / 3, total);
        for (var index = 0; index < followers.Length; index++)
        {
            var seqs = (await followers[index]).Select(item => item.Seq!.Value).ToList();
            seqs.ShouldBe(Enumerable.Range((index * 40) + 1, total - (index * 40)).Select(seq => (long)seq));
        }
    }

    [Fact]
    public async Task AFollowerThatFallsBehindTheRingIsCaughtUpFromTheLog()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var follower = app.Server.Services.GetRequiredService<Follower>();
        await using var frames = follower
            .FollowAsync(session, after: 0, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = frames.MoveNextAsync().AsTask();
        await WriteAsync(app, session, 0, 1, text: "first");
        (await first).ShouldBeTrue();

        const int burst = 5_000; // Nearly five times the ring, while nobody reads.
        await WriteAsync(app, session, 1, burst);
        var text = System.Text.Encoding.UTF8.GetString(frames.Current.Span);
        while (!text.Contains($"id: {burst}\n", StringComparison.Ordinal))
        {
            (await frames.MoveNextAsync()).ShouldBeTrue();
            text += System.Text.Encoding.UTF8.GetString(frames.Current.Span);
        }
        var ids = text.Split('\n')
            .Where(line => line.StartsWith("id: ", StringComparison.Ordinal))
            .Select(line => int.Parse(line[4..]));
        ids.ShouldBe(Enumerable.Range(1, burst));
    }

    [Fact]
    public async Task LastEventIdWinsOverAfter()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        await WriteAsync(app, session, 0, 10);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{session}/stream?after=0");
        request.Headers.Add("Last-Event-ID", "8");
        using var response = await app.Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)
        );
        var line = "";
        while (!line.StartsWith("id:", StringComparison.Ordinal))
            line = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
        line.ShouldBe("id: 9");
    }

    [Fact]
    public async Task OneConnectionCarriesManySessions()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var one = (await app.CreateExperimentAsync()).SessionId;
        var two = (await app.CreateExperimentAsync()).SessionId;
        await WriteAsync(app, one, 0, 5);
        await WriteAsync(app, two, 0, 5);
        using var response = await app.Http.GetAsync(
            $"/api/stream?follow={one}:3,{two}:4",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)
        );
        var seen = new List<(Guid, long)>();
        while (seen.Count < 3)
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            if (line?.StartsWith("data: ", StringComparison.Ordinal) != true)
                continue;
            var item = JsonSerializer.Deserialize(line[6..], ContractJson.Default.StreamEvent)!;
            seen.Add((item.SessionId!.Value, item.Seq!.Value));
        }
        seen.OrderBy(item => item.Item2).ThenBy(item => item.Item1 == two).ShouldBe([(one, 4L), (one, 5L), (two, 5L)]);
    }

    [Fact]
    public async Task TheStreamEndsWhenTheSessionIsDeleted()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var created = await app.CreateExperimentAsync();
        await WriteAsync(app, created.SessionId, 0, 1);
        await using var events = app.FollowAsync(created.SessionId, cancellation: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await events.MoveNextAsync()).ShouldBeTrue();
        (
            await app.Http.DeleteAsync($"/api/experiments/{created.Id}", TestContext.Current.CancellationToken)
        ).EnsureSuccessStatusCode();
        while (await events.MoveNextAsync())
            events.Current.Type.ShouldBe(EventTypes.UserMessage);
    }

    [Fact]
    public async Task AnUnknownSessionHasNoStream()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var response = await app.Http.GetAsync(
            $"/api/sessions/{Guid.NewGuid()}/stream",
            TestContext.Current.CancellationToken
        );
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task AnAppendOfASupersededRunIsRefusedAndItsNeighboursAreKept()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        var stale = log.AppendAsync(
            new Append(session) { Epoch = 99, Events = [Message("stale")] },
            TestContext.Current.CancellationToken
        );
        var good = log.AppendAsync(
            new Append(session) { Epoch = 0, Events = [Message("good")] },
            TestContext.Current.CancellationToken
        );
        await Should.ThrowAsync<LostSessionException>(stale);
        (await good).FirstSeq.ShouldBe(1);
    }

    [Fact]
    public async Task WhatFollowsAChangeOfEpochIsMeasuredByTheNewOne()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        var log = app.Server.Services.GetRequiredService<EventLog>();
        Append Of(long? epoch, string text, params RowChange[] changes) =>
            new(session)
            {
                Epoch = epoch,
                Events = [Message(text), Message(text + "!")],
                Changes = changes,
            };
        // Not awaited one by one: they share a transaction.
        Task<Appended>[] appends =
        [
            log.AppendAsync(Of(0, "old"), TestContext.Current.CancellationToken),
            log.AppendAsync(Of(null, "person"), TestContext.Current.CancellationToken),
            log.AppendAsync(Of(0, "old too"), TestContext.Current.CancellationToken),
            log.AppendAsync(Of(0, "fence", new ResumeRun(Guid.Empty, 1)), TestContext.Current.CancellationToken),
            log.AppendAsync(Of(0, "too late"), TestContext.Current.CancellationToken),
            log.AppendAsync(Of(1, "new"), TestContext.Current.CancellationToken),
        ];
        await Should.ThrowAsync<LostSessionException>(appends[4]);
        var landed = await Task.WhenAll(appends.Where((_, index) => index != 4));
        landed.Select(one => (one.FirstSeq, one.LastSeq)).ShouldBe([(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]);
        var events = await app.FollowUntilAsync(session, item => item.Seq == 10);
        events
            .Select(item => item.Data.GetProperty("content").GetString())
            .ShouldBe(["old", "old!", "person", "person!", "old too", "old too!", "fence", "fence!", "new", "new!"]);
    }

    private static async Task WriteAsync(TrainableApp app, Guid session, int from, int to, string text = "x")
    {
        var log = app.Server.Services.GetRequiredService<EventLog>();
        await Task.WhenAll(
            Enumerable
                .Range(from, to - from)
                .Select(_ => log.AppendAsync(new Append(session) { Events = [Message(text)] }))
        );
    }

    private static EventDraft Message(string text) =>
        EventDraft.Create(EventTypes.UserMessage, new UserMessage(text), ContractJson.Default.UserMessage);
}

[OnPostgres]
public sealed class StreamTestsOnPostgres : StreamTests;
