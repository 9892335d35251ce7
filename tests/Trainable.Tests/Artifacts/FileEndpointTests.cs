using System.IO.Compression;
using System.Net;
using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;

namespace Trainable.Tests.Artifacts;

public sealed class FileEndpointTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("trainable-http-files-").FullName;
    private readonly WebApplication _app;
    private readonly string _session;
    private HttpClient _client = null!;

    public FileEndpointTests()
    {
        var home = new TrainableHome(Path.Combine(_root, "home"));
        _session = Directory.CreateDirectory(Path.Combine(home.Workspace, "sessions", "s1")).FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(home).AddArtifacts().AddProblems();
        builder.Services.ConfigureHttpJsonOptions(options =>
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, Trainable.Contracts.ContractJson.Default)
        );
        _app = builder.Build();
        _app.UseExceptionHandler();
        _app.MapFiles();
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = _app.GetTestClient();
    }

    [Fact]
    public async Task AListingEchoesThePathAndNamesItsEntries()
    {
        Write("report.md", "# Hi");

        (await GetTextAsync("list?path=/sessions/s1")).ShouldBe(
            """{"path":"/sessions/s1","entries":[{"path":"/sessions/s1/report.md","type":"file"}]}"""
        );
    }

    [Fact]
    public async Task TextIsReadWithItsPath()
    {
        Write("step.py", "print('é')\n");

        var read = await GetJsonAsync("read?path=/data/sessions/s1/step.py");

        read.GetProperty("path").GetString().ShouldBe("/sessions/s1/step.py");
        read.GetProperty("content").GetString().ShouldBe("print('é')\n");
    }

    [Theory]
    [InlineData("read?path=/sessions/s1/none", HttpStatusCode.NotFound)]
    [InlineData("list?path=/sessions/none", HttpStatusCode.NotFound)]
    [InlineData("read?path=/../../etc/passwd", HttpStatusCode.Forbidden)]
    [InlineData("raw?path=/sessions/s1/link", HttpStatusCode.Forbidden)]
    [InlineData("tree?root=/sessions/../..", HttpStatusCode.Forbidden)]
    [InlineData("zip?path=/sessions/none", HttpStatusCode.NotFound)]
    [InlineData("zip?path=/sessions/s1/link", HttpStatusCode.Forbidden)]
    [InlineData("zip?path=/sessions/../..", HttpStatusCode.Forbidden)]
    [InlineData("zip", HttpStatusCode.UnprocessableEntity)]
    [InlineData("read", HttpStatusCode.UnprocessableEntity)]
    [InlineData("raw", HttpStatusCode.UnprocessableEntity)]
    [InlineData("read?path=/sessions/s1/binary", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("read?path=/sessions/s1/long", HttpStatusCode.RequestEntityTooLarge)]
    public async Task WhatCannotBeReadIsRefusedWithADetail(string query, HttpStatusCode status)
    {
        File.CreateSymbolicLink(Path.Combine(_session, "link"), "/etc/passwd");
        Write("binary", "a\0b");
        Write("long", new string('x', FileEndpoints.LongestText + 1));

        var response = await _client.GetAsync($"/api/files/{query}", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
        problem.RootElement.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task ARangeOfAFileIsServed()
    {
        Write("data.csv", "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/files/raw?path=/sessions/s1/data.csv");
        request.Headers.Range = new(2, 4);

        var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("234");
    }

    [Fact]
    public async Task AFileThatHasNotChangedIsNotSentAgain()
    {
        Write("figure.png", "png");
        var first = await _client.GetAsync(
            "/api/files/raw?path=/sessions/s1/figure.png",
            TestContext.Current.CancellationToken
        );
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/files/raw?path=/sessions/s1/figure.png");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag.ShouldNotBeNull());

        (await _client.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.NotModified
        );
    }

    [Fact]
    public async Task AFolderIsPackedWithNothingThatLeadsOutOfIt()
    {
        Write("report.md", "# Hi");
        Directory.CreateDirectory(Path.Combine(_session, "figures", "deep"));
        Write("figures/deep/plot.png", "png");
        Write("a\\b:c.txt", "odd");
        Write("a_b_c.txt", "taken");
        Directory.CreateDirectory(Path.Combine(_session, ".. "));
        Write(".. /x", "y");
        File.CreateSymbolicLink(Path.Combine(_session, "link"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_session, "figures", "linked"), "/etc");

        using var answer = await _client.GetAsync(
            "/api/files/zip?path=/sessions/s1",
            TestContext.Current.CancellationToken
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/zip");
        answer.Content.Headers.ContentDisposition?.FileNameStar.ShouldBe("sessions-s1.zip");
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        zip.Entries.Select(entry => entry.FullName)
            .ShouldBe(["___/x", "a_b_c.txt", "a_b_c (2).txt", "figures/deep/plot.png", "report.md"], ignoreOrder: true);
        using var report = new StreamReader(zip.GetEntry("report.md")!.Open());
        (await report.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe("# Hi");
    }

    [Fact]
    public void APackedNameOpensOnEverySystem() =>
        Gen.String[Gen.Char, 1, 40]
            .Sample(name =>
            {
                var safe = FolderZip.SafeName(name);
                return safe.Length > 0
                    && safe is not ("." or "..")
                    && safe[^1] is not (' ' or '.')
                    && !safe.Any(letter => char.IsControl(letter) || "\\/:*?\"<>|".Contains(letter));
            });

    [Theory]
    [InlineData("figure.png", "image/png", false)]
    [InlineData("report.html", "text/html", true)]
    [InlineData("figure.svg", "image/svg+xml", true)]
    [InlineData("page.xhtml", "application/xhtml+xml", true)]
    [InlineData("feed.xml", "text/xml", true)]
    [InlineData("step.py", "text/plain", false)]
    [InlineData("model.pkl", "application/octet-stream", false)]
    [InlineData("noextension", "application/octet-stream", false)]
    public async Task DocumentsThatCouldRunScriptsAreConfined(string name, string type, bool confined)
    {
        Write(name, "<x/>");

        var response = await _client.GetAsync(
            $"/api/files/raw?path=/sessions/s1/{name}",
            TestContext.Current.CancellationToken
        );

        response.Content.Headers.ContentType?.MediaType.ShouldBe(type);
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.Contains("Content-Security-Policy").ShouldBe(confined);
        if (confined)
            response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox;");
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_session, name), content);

    private Task<string> GetTextAsync(string query) =>
        _client.GetStringAsync($"/api/files/{query}", TestContext.Current.CancellationToken);

    private async Task<JsonElement> GetJsonAsync(string query) =>
        JsonDocument.Parse(await GetTextAsync(query)).RootElement;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
