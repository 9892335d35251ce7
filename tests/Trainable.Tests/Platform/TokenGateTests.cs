using System.Net;
using Trainable.Tests.App;

namespace Trainable.Tests.Platform;

public sealed class TokenGateTests
{
    [Fact]
    public async Task WithoutATokenNothingButHealthAnswers()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var stranger = new HttpClient { BaseAddress = app.Server.Url };
        (await stranger.GetAsync("/api/health", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        var refused = await stranger.GetAsync("/api/experiments", TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await TrainableApp.DetailAsync(refused)).ShouldContain("token");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "guess");
        (await stranger.GetAsync("/api/experiments", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task TheTokenInTheAddressIsExchangedForACookie()
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = app.Server.Url,
        };
        var first = await browser.GetAsync(
            $"/api/experiments?token={app.Server.Token}",
            TestContext.Current.CancellationToken
        );
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Headers.GetValues("Set-Cookie").Single().ShouldContain("httponly");
        (await browser.GetAsync("/api/experiments", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Theory]
    [InlineData("/docs/?a=1&token={0}", "/docs/?a=1")]
    [InlineData("//evil.example/?token={0}", "//evil.example/")]
    public async Task APageOpenedWithTheTokenIsShownWithoutItInTheAddress(string opened, string shown)
    {
        await using var app = await TrainableApp.StartAsync(new ScriptedModels());
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var address = app.Server.Url.GetLeftPart(UriPartial.Authority);
        using var request = new HttpRequestMessage(HttpMethod.Get, address + string.Format(opened, app.Server.Token));
        request.Headers.Accept.ParseAdd("text/html");
        using var answer = await browser.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.OriginalString.ShouldBe(address + shown);
        answer.Headers.GetValues("Set-Cookie").Single().ShouldStartWith($"trainable_token_{app.Server.Url.Port}=");
    }

    [Theory]
    [InlineData("evil.example", null, HttpStatusCode.MisdirectedRequest)]
    [InlineData(null, "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost:3000", HttpStatusCode.OK)]
    public async Task OtherHostsAndOriginsAreRefusedUnlessNamed(string? host, string? origin, HttpStatusCode expected)
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(),
            change: options => options with { Origins = ["http://localhost:3000"] }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/experiments");
        if (host is not null)
            request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        (await app.Http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task TrustedSetUpsCanDoWithoutTokens()
    {
        await using var app = await TrainableApp.StartAsync(
            new ScriptedModels(),
            change: options => options with { RequireToken = false }
        );
        using var anyone = new HttpClient { BaseAddress = app.Server.Url };
        (await anyone.GetAsync("/api/experiments", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }
}
