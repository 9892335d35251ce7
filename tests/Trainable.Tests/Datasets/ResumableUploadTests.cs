using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Datasets;

/// <summary>Files in pieces, by the tus protocol.</summary>
public sealed class ResumableUploadTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;
    private TrainableApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Table => Encoding.UTF8.GetBytes(App.Tables.Small);

    public async ValueTask InitializeAsync() => _app = await TrainableApp.StartAsync(new ScriptedModels(), _home);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task TheServerSaysWhatItSpeaks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/uploads");
        using var answer = await _app.Http.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(answer, "Tus-Version").ShouldBe("1.0.0");
        Header(answer, "Tus-Extension").ShouldBe("creation,termination,expiration");
        Header(answer, "Tus-Max-Size").ShouldBe($"{5L << 30}");
    }

    [Fact]
    public async Task AFileComesInPiecesAndBecomesADataset()
    {
        var location = await CreateAsync("bought.csv", Table.Length);
        (await AppendAsync(location, 0, Table[..40])).ShouldBe((HttpStatusCode.NoContent, "40"));
        (await OffsetAsync(location)).ShouldBe("40");

        using var early = await PostAsync(location);
        (await TrainableApp.DetailAsync(early)).ShouldContain($"40 of {Table.Length} bytes are here");
        (await AppendAsync(location, 10, Table[10..])).Status.ShouldBe(HttpStatusCode.Conflict);
        (await AppendAsync(location, 40, [.. Table[40..], 0])).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await AppendAsync(location, 40, Table[40..])).ShouldBe((HttpStatusCode.NoContent, $"{Table.Length}"));

        // A wrong word costs no second upload.
        using var wrong = await PostAsync(location, "{\"target\":\"nothing\"}");
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await OffsetAsync(location)).ShouldBe($"{Table.Length}");

        using var answer = await PostAsync(location, "{\"target\":\"bought\"}");
        var created = (await TrainableApp.ReadAsync(answer, ContractJson.Default.ExperimentCreated))!;
        created.UploadedFiles.ShouldHaveSingleItem().ShouldEndWith("/bought.csv");
        var facts = await _app.Http.GetStringAsync($"/api/experiments/{created.Id}/dataset", Cancellation);
        facts.ShouldContain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Table)));
        using var gone = await SendAsync(HttpMethod.Head, location);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Directory.EnumerateFileSystemEntries(Path.Combine(_app.Home, "uploads")).ShouldBeEmpty();
    }

    [Fact]
    public async Task AnUploadGoesOnAfterTheServerWasRestarted()
    {
        var location = await CreateAsync("bought.csv", Table.Length);
        await AppendAsync(location, 0, Table[..40]);
        await _app.DisposeAsync();
        _app = await TrainableApp.StartAsync(new ScriptedModels(), _home);
        (await OffsetAsync(location)).ShouldBe("40");
        (await AppendAsync(location, 40, Table[40..])).Status.ShouldBe(HttpStatusCode.NoContent);
        using var answer = await PostAsync(location);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task WhatABrokenConnectionSentIsKept()
    {
        var table = Encoding.UTF8.GetBytes(Tables.Numbered(100_000));
        var location = await CreateAsync("numbered.csv", table.Length);
        using var limit = new CancellationTokenSource(TrainableApp.Patience);
        using var broken = new HttpRequestMessage(HttpMethod.Patch, location)
        {
            Content = new StreamContent(new BreakingStream(table[..(table.Length / 2)], SomeArrivedAsync)),
        };
        Prepare(broken, 0);
        await Should.ThrowAsync<HttpRequestException>(() => _app.Http.SendAsync(broken, Cancellation));
        // The server may hear of the break a moment later than the client, and until then it writes.
        HttpStatusCode status;
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            var offset = int.Parse(await OffsetAsync(location), System.Globalization.CultureInfo.InvariantCulture);
            offset.ShouldBeGreaterThan(0);
            (status, _) = await AppendAsync(location, offset, table[offset..]);
        } while (status is HttpStatusCode.Locked or HttpStatusCode.Conflict);
        status.ShouldBe(HttpStatusCode.NoContent);
        using var answer = await PostAsync(location);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));

        // A connection that is reset takes with it what the server has not read yet.
        async Task SomeArrivedAsync()
        {
            while (await OffsetAsync(location) == "0")
                limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task AnUploadCanBeCancelled()
    {
        var location = await CreateAsync("bought.csv", 100);
        (await SendAsync(HttpMethod.Delete, location)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Delete, location)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Directory.EnumerateFileSystemEntries(Path.Combine(_app.Home, "uploads")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../up.csv", 10, HttpStatusCode.BadRequest)]
    [InlineData("big.csv", 1L << 40, HttpStatusCode.RequestEntityTooLarge)]
    public async Task WhatCannotBecomeADatasetIsRefusedBeforeItIsSent(string name, long length, HttpStatusCode status)
    {
        using var answer = await AnnounceAsync(name, length);
        answer.StatusCode.ShouldBe(status);
        (await TrainableApp.DetailAsync(answer)).ShouldEndWith(".");
    }

    [Fact]
    public async Task AnotherVersionOfTheProtocolIsRefused()
    {
        using var answer = await _app.Http.PostAsync("/api/uploads", null, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        Header(answer, "Tus-Version").ShouldBe("1.0.0");
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private async Task<HttpResponseMessage> AnnounceAsync(string name, long length)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", $"{length}");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(name));
        request.Headers.Add("Upload-Metadata", $"filetype dGV4dC9jc3Y=, filename {encoded}");
        return await _app.Http.SendAsync(request, Cancellation);
    }

    private async Task<string> CreateAsync(string name, long length)
    {
        using var answer = await AnnounceAsync(name, length);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return answer.Headers.Location!.ToString();
    }

    private async Task<(HttpStatusCode Status, string? Offset)> AppendAsync(string location, long offset, byte[] bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, location)
        {
            Content = new ByteArrayContent(bytes),
        };
        Prepare(request, offset);
        using var answer = await _app.Http.SendAsync(request, Cancellation);
        return (
            answer.StatusCode,
            answer.Headers.TryGetValues("Upload-Offset", out var reached) ? reached.Single() : null
        );
    }

    private static void Prepare(HttpRequestMessage request, long offset)
    {
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", $"{offset}");
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
    }

    private async Task<string> OffsetAsync(string location)
    {
        using var answer = await SendAsync(HttpMethod.Head, location);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return Header(answer, "Upload-Offset");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string location)
    {
        var request = new HttpRequestMessage(method, location);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        return await _app.Http.SendAsync(request, Cancellation);
    }

    private async Task<HttpResponseMessage> PostAsync(string location, string options = "{}")
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("in pieces"), "name" },
            { new StringContent(options), "options" },
            { new StringContent(location.Split('/')[^1]), "uploads" },
        };
        return await _app.Http.PostAsync("/api/experiments", form, Cancellation);
    }

    /// <summary>Gives its bytes, and then breaks as a connection does.</summary>
    private sealed class BreakingStream(byte[] bytes, Func<Task> beforeItBreaks) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (Position < Length)
                return await base.ReadAsync(buffer, cancellationToken);
            await beforeItBreaks();
            throw new IOException("The line is cut.");
        }
    }
}
