using System.Net;
using System.Text.RegularExpressions;
using Trainable.Tests.App;

namespace Trainable.Tests.Studio;

/// <summary>The studio as the server serves it: its pages, its files, and what protects them.</summary>
public sealed partial class StudioPagesTests
{
    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/new", HttpStatusCode.OK)]
    [InlineData("/compare?sessions=a,b", HttpStatusCode.OK)]
    [InlineData("/usage", HttpStatusCode.OK)]
    [InlineData("/sessions/0199aaaa-0000-7000-8000-000000000000?tab=metrics", HttpStatusCode.OK)]
    [InlineData("/experiments/0199aaaa-0000-7000-8000-000000000000", HttpStatusCode.OK)]
    [InlineData("/mistyped/address", HttpStatusCode.NotFound)]
    public async Task EveryAddressOfTheStudioIsItsPageWithoutAToken(string address, HttpStatusCode expected)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var answer = await OpenAsync(app, address);
        answer.StatusCode.ShouldBe(expected);
        (await BodyAsync(answer)).ShouldContain("<div id=\"root\">");
    }

    [Theory]
    [InlineData("/api/nothing")]
    [InlineData("/api/sessions/nothing")]
    [InlineData("/openapi/nothing")]
    [InlineData("/docs/nothing/at/all")]
    public async Task WhatIsNotTheStudiosIsNeverItsPage(string address)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using (var stranger = await OpenAsync(app, address))
            stranger.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var known = await OpenAsync(app, address, app.Server.Token);
        known.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await BodyAsync(known)).ShouldNotContain("<div");
    }

    [Fact]
    public async Task ItsPageNamesThePartsOfEachAddressWhichAreAskedForEarly()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var page = await OpenAsync(app, "/sessions/0199aaaa-0000-7000-8000-000000000000");
        var pages = Parts()
            .Match(await BodyAsync(page))
            .Groups["parts"]
            .Value.Split(", ")
            .Select(one => one.Split(' '))
            .ToArray();
        pages
            .Select(one => one[0])
            .ShouldBe(["/", "/new", "/experiments/", "/sessions/", "/compare", "/usage"], ignoreOrder: true);
        pages.ShouldAllBe(one => one.Length > 1);
        foreach (var part in pages.SelectMany(one => one[1..]).Distinct())
        {
            using var file = await OpenAsync(app, $"/{part}");
            file.StatusCode.ShouldBe(HttpStatusCode.OK, part);
            file.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        }
        using var early = await OpenAsync(app, "/early.js");
        (await BodyAsync(early)).ShouldContain("early-parts");
    }

    [Fact]
    public async Task ItsPageRunsNoScriptsButItsOwnAndIsNotKept()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var first = await OpenAsync(app, "/");
        using var second = await OpenAsync(app, "/");
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        var nonce = Nonce().Match(policy).Groups["nonce"].Value;
        WebUtility.HtmlDecode(await BodyAsync(first)).ShouldContain($"content=\"{nonce}\"");
        second.Headers.GetValues("Content-Security-Policy").Single().ShouldNotContain(nonce);
        first.Headers.CacheControl!.NoStore.ShouldBeTrue();
        first.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("identity", null)]
    public async Task ItsFilesAreKeptForeverAndSentAsTheBrowserLikesThem(string accepted, string? sent)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var page = await OpenAsync(app, "/");
        var script = Script().Match(await BodyAsync(page)).Groups["path"].Value;
        using var http = new HttpClient { BaseAddress = app.Server.Url };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var answer = await http.GetAsync(script, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(sent);
        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        http.DefaultRequestHeaders.IfNoneMatch.Add(answer.Headers.ETag!);
        using var again = await http.GetAsync(script, TestContext.Current.CancellationToken);
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("/../Program.cs")]
    [InlineData("/%2e%2e/trainable.db")]
    [InlineData("/assets/../../appsettings.json")]
    [InlineData("/index.html.br")]
    public async Task NothingOutsideOfItsFilesIsServed(string address)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var http = new HttpClient { BaseAddress = app.Server.Url };
        using var answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<HttpResponseMessage> OpenAsync(TrainableApp app, string address, string? token = null)
    {
        using var http = new HttpClient { BaseAddress = app.Server.Url };
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await http.GetAsync(address, TestContext.Current.CancellationToken);
    }

    private static Task<string> BodyAsync(HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    [GeneratedRegex("<meta name=\"early-parts\" content=\"(?<parts>[^\"]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parts();

    [GeneratedRegex("'nonce-(?<nonce>[^']+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Nonce();

    [GeneratedRegex("<script type=\"module\"[^>]* src=\"(?<path>/assets/[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();
}
