using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Web;
using Trainable.Cli;
using Trainable.Contracts;
using Trainable.Tests.App;

namespace Trainable.Tests.Cli;

/// <summary>The command on a disk of a few megabytes: a tmpfs that only its process sees.</summary>
[Trait("Kind", "integration")]
public sealed class FullDiskTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-full-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("200k")]
    [InlineData("1m")]
    [InlineData("1500k")]
    [InlineData("2m")]
    public async Task ARunEndsInASentence(string size)
    {
        await using var run = await StartAsync(size, "run", "sample:iris", "--stage", "eda", "--json");
        var ended = await run.EndAsync();
        ended.Code.ShouldBe(ExitCodes.Failed);
        ended.Errors.ShouldNotContain("   at ");
        (ended.Errors + ended.Output).ShouldContain("disk", Case.Insensitive);
        (ended.Errors + ended.Output).ShouldContain("Free some space and try again.");
    }

    [Fact]
    public async Task TheServerStaysUpAndWorksAgainOnceThereIsRoom()
    {
        await using var up = await StartAsync("12m", "up", "--no-open", "--port", "0");
        using var http = await ConnectAsync(up);
        // What the process sees at the home is its own tmpfs.
        var inside = $"/proc/{up.Id}/root{_home}";
        var first = await UploadAsync(http, 10);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        var session = (await TrainableApp.ReadAsync(first, ContractJson.Default.ExperimentCreated))!.SessionId;

        var ballast = Path.Combine(inside, "ballast");
        Fill(ballast, leave: 40_000);
        var refused = await UploadAsync(http, 5_000);
        refused.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage);
        (await TrainableApp.DetailAsync(refused)).ShouldMatch(
            "^The disk is full, so .*Free some space and try again\\.$"
        );
        Directory.GetDirectories(Path.Combine(inside, "held")).ShouldHaveSingleItem();
        Directory.GetDirectories(Path.Combine(inside, "workspace", "datasets")).ShouldHaveSingleItem();

        // Room enough to start, and not to get far.
        Fill(ballast, leave: 160_000);
        (await StartStageAsync(http, session)).EnsureSuccessStatusCode();
        var failure = await EndAsync(http, session, after: 0);
        failure.State.ShouldBe("failed");
        failure.Reason.ShouldNotBeNull().ShouldStartWith("The disk is full, so eda could not go on.");

        File.Delete(ballast);
        (await UploadAsync(http, 5_000)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var seen = (
            await http.GetFromJsonAsync(
                $"/api/sessions/{session}",
                ContractJson.Default.SessionDetail,
                TestContext.Current.CancellationToken
            )
        )!.LastSeq;
        (await StartStageAsync(http, session)).EnsureSuccessStatusCode();
        var success = await EndAsync(http, session, seen);
        success.State.ShouldBe("eda_done", success.Reason);
    }

    private async Task<CommandProcess> StartAsync(string size, params string[] arguments)
    {
        var trial = await CommandProcess.RunAsync("unshare", ["--mount", "mount", "-t", "tmpfs", "trial", _home]);
        if (trial.Code != 0)
            Assert.Skip($"a tmpfs of its own cannot be mounted here: {trial.Errors.Trim()}");
        return CommandProcess.Start(
            "unshare",
            [
                "--mount",
                "sh",
                "-c",
                "size=$1; home=$2; shift 2; mount -t tmpfs -o size=$size trial $home && exec \"$@\"",
                "sh",
                size,
                _home,
                CommandProcess.Trainable,
                .. arguments,
                "--home",
                _home,
            ]
        );
    }

    private static async Task<HttpClient> ConnectAsync(CommandProcess up)
    {
        var line = (await up.ReadLineAsync()).ShouldNotBeNull();
        var link = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim());
        var http = new HttpClient { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            HttpUtility.ParseQueryString(link.Query)["token"]
        );
        return http;
    }

    /// <summary>Takes all the space there is but the last bytes.</summary>
    private static void Fill(string path, long leave)
    {
        using (var file = File.Create(path))
        {
            var block = new byte[4096];
            try
            {
                while (true)
                    RandomAccess.Write(file.SafeFileHandle, block, RandomAccess.GetLength(file.SafeFileHandle));
            }
            catch (IOException)
            {
                // Full.
            }
            file.SetLength(Math.Max(0, file.Length - leave));
        }
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient http, int times)
    {
        var rows = Tables.Small.TrimEnd().Split('\n');
        var csv = string.Join('\n', [rows[0], .. Enumerable.Repeat(rows[1..], times).SelectMany(row => row)]);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("demo"), "name" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(csv)), "files", "data.csv" },
        };
        return await http.PostAsync("/api/experiments", form, TestContext.Current.CancellationToken);
    }

    private static Task<HttpResponseMessage> StartStageAsync(HttpClient http, Guid session) =>
        http.PostAsync($"/api/sessions/{session}/stages/eda/start", null, TestContext.Current.CancellationToken);

    private static async Task<StateChanged> EndAsync(HttpClient http, Guid session, long after)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TrainableApp.Patience);
        await using var body = await http.GetStreamAsync(
            $"/api/sessions/{session}/stream?after={after}",
            patience.Token
        );
        await foreach (var item in SseParser.Create(body).EnumerateAsync(patience.Token))
        {
            var read = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            if (TrainableApp.StateOf(read) is { } state && !SessionStates.IsRunning(state))
                return read.Data.Deserialize(ContractJson.Default.StateChanged)!;
        }
        throw new InvalidOperationException("The stream ended before the stage did.");
    }
}
