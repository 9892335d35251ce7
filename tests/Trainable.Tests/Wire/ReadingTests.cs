using System.Net;
using System.Net.Http.Json;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Wire;

/// <summary>What makes long lists and repeated reads cheap: pages, filters, conditional requests, compression.</summary>
public class ReadingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExperimentsComeInPagesWithNoneMissingOrTwice()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        for (var number = 0; number < 7; number++)
            await app.CreateExperimentAsync(name: $"page {number}");
        var all = (await ListAsync(app, "/api/experiments")).Items;
        all.Select(item => item.Name).ShouldBe(Enumerable.Range(0, 7).Reverse().Select(number => $"page {number}"));

        var paged = new List<string>();
        string? next = "/api/experiments?limit=3";
        while (next is not null)
        {
            var (items, link) = await ListAsync(app, next);
            paged.AddRange(items.Select(item => item.Name));
            next = link;
        }
        paged.ShouldBe(all.Select(item => item.Name));
    }

    [Fact]
    public async Task ExperimentsAreFoundByWordsAndState()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels(new ScriptedTurn.Hang()));
        var churn = await app.CreateExperimentAsync(name: "Churn 100%_sure");
        await app.CreateExperimentAsync(name: "Ärzte");
        await app.StartStageAsync(churn.SessionId, "eda");

        (await NamesAsync(app, "q=churn")).ShouldBe(["Churn 100%_sure"]);
        (await NamesAsync(app, "q=0%25_S")).ShouldBe(["Churn 100%_sure"]);
        (await NamesAsync(app, "q=%25")).ShouldBe(["Churn 100%_sure"]);
        (await NamesAsync(app, "q=%C3%84rzt")).ShouldBe(["Ärzte"]);
        (await NamesAsync(app, "q=x'%20OR%201=1")).ShouldBeEmpty();
        (await NamesAsync(app, "state=eda_running")).ShouldBe(["Churn 100%_sure"]);
        (await NamesAsync(app, "state=created&q=r")).ShouldBe(["Ärzte"]);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=9999999999999999999_00000000000000000000000000000000")]
    [InlineData("state=asleep")]
    public async Task AnImpossibleQueryIsASentence(string query)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var answer = await app.Http.GetAsync($"/api/experiments?{query}", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TrainableApp.DetailAsync(answer)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task WhatHasNotChangedIsNotSentAgain()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        foreach (
            var url in new[] { "/api/experiments", $"/api/sessions/{session}", $"/api/sessions/{session}/messages" }
        )
        {
            var tag = await TagAsync(app, url);
            (await AskAgainAsync(app, url, tag)).ShouldBe(HttpStatusCode.NotModified, url);
            await app.Http.PostAsJsonAsync(
                $"/api/sessions/{session}/messages",
                new PostMessageRequest { Content = "hello" },
                ContractJson.Default.PostMessageRequest,
                Cancellation
            );
            (await AskAgainAsync(app, url, tag)).ShouldBe(HttpStatusCode.OK, url);
        }
        // A session shows its experiment, and that the state of its newest session.
        var before = await TagAsync(app, $"/api/sessions/{session}");
        var experiment = (await app.SessionAsync(session)).ExperimentId;
        await app.Http.PostAsync($"/api/experiments/{experiment}/sessions", null, Cancellation);
        (await AskAgainAsync(app, $"/api/sessions/{session}", before)).ShouldBe(HttpStatusCode.OK);
        using var unknown = await app.Http.GetAsync($"/api/sessions/{Guid.Empty}", Cancellation);
        unknown.Headers.ETag.ShouldBeNull();
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task JsonTravelsCompressedAndStreamsDoNot(string encoding)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        var session = (await app.CreateExperimentAsync()).SessionId;
        app.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd(encoding);
        using var json = await app.Http.GetAsync($"/api/sessions/{session}", Cancellation);
        json.Content.Headers.ContentEncoding.ShouldBe([encoding]);
        json.Headers.Vary.ShouldContain("Accept-Encoding");
        using var stream = await app.Http.GetAsync(
            $"/api/sessions/{session}/stream",
            HttpCompletionOption.ResponseHeadersRead,
            Cancellation
        );
        stream.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    private static async Task<string> TagAsync(TrainableApp app, string url)
    {
        using var answer = await app.Http.GetAsync(url, Cancellation);
        return answer.Headers.ETag.ShouldNotBeNull(url).ToString();
    }

    private static async Task<HttpStatusCode> AskAgainAsync(TrainableApp app, string url, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.IfNoneMatch.ParseAdd(tag);
        using var answer = await app.Http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private static async Task<IEnumerable<string>> NamesAsync(TrainableApp app, string query) =>
        (await ListAsync(app, $"/api/experiments?{query}")).Items.Select(item => item.Name);

    private static async Task<(ExperimentSummary[] Items, string? Next)> ListAsync(TrainableApp app, string url)
    {
        using var answer = await app.Http.GetAsync(url, Cancellation);
        answer.EnsureSuccessStatusCode();
        var items = await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentSummaryArray);
        return (items!, NextPage.Of(answer));
    }
}

[OnPostgres]
public sealed class ReadingTestsOnPostgres : ReadingTests;
