using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Web;
using Trainable.Contracts;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Sessions;

/// <summary>The server as a process of its own over a home, to be killed and started again.</summary>
internal sealed class KillableServer : IAsyncDisposable
{
    private readonly CommandProcess _process;

    private KillableServer(CommandProcess process, HttpClient http)
    {
        _process = process;
        Http = http;
    }

    public HttpClient Http { get; }

    /// <param name="home">Its files, and its SQLite database where no other is given.</param>
    /// <param name="database">A <c>DATABASE_URL</c>; null for SQLite.</param>
    public static async Task<KillableServer> StartAsync(string home, string? database = null)
    {
        var process = CommandProcess.Start(
            CommandProcess.Trainable,
            ["up", "--no-open", "--port", "0", "--home", home],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ANTHROPIC_API_KEY"] = "",
                ["DATABASE_URL"] = database ?? "",
            }
        );
        var line = (await process.ReadLineAsync()).ShouldNotBeNull();
        var link = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim());
        var token = HttpUtility.ParseQueryString(link.Query)["token"];
        var http = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new KillableServer(process, http);
    }

    public async Task<SessionDetail> SessionAsync(Guid session) =>
        (
            await Http.GetFromJsonAsync(
                $"/api/sessions/{session}",
                ContractJson.Default.SessionDetail,
                TestContext.Current.CancellationToken
            )
        )!;

    /// <summary>The session's durable events after a sequence number, as they come.</summary>
    public async IAsyncEnumerable<StreamEvent> FollowAsync(Guid session, long after)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TrainableApp.Patience);
        await using var body = await Http.GetStreamAsync(
            $"/api/sessions/{session}/stream?after={after}",
            patience.Token
        );
        await foreach (var item in SseParser.Create(body).EnumerateAsync(patience.Token))
        {
            var read = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            if (read.Seq is not null)
                yield return read;
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }
}
