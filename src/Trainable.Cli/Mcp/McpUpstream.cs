using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Trainable.Cli.Serving;

namespace Trainable.Cli.Mcp;

/// <summary>The home's server as an MCP server. When its owner goes away, the next one is asked, which may be this process.</summary>
internal sealed class McpUpstream(Task<HomeServer> opening) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private McpClient? _client;

    /// <summary>Asks, and when the server went away meanwhile asks the next one, if asking twice does no harm.</summary>
    /// <param name="ask">What to ask.</param>
    /// <param name="isRepeatable">False of what may have been done already when the server went away.</param>
    /// <param name="cancellation">The client's.</param>
    public async Task<T> AskAsync<T>(Func<McpClient, Task<T>> ask, bool isRepeatable, CancellationToken cancellation)
    {
        var client = await ConnectAsync(cancellation);
        try
        {
            return await ask(client);
        }
        catch (Exception lost) when (IsLost(lost) && !cancellation.IsCancellationRequested)
        {
            await LeaveAsync(client, cancellation);
            client = await ConnectAsync(cancellation);
            if (!isRepeatable)
                throw new McpException(
                    "The server went away while this call was made, and another has taken its place. 'wait' says what came of it.",
                    lost
                );
            return await ask(client);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        _turn.Dispose();
    }

    /// <summary>An answer of the server's is no loss of it, whatever it says.</summary>
    private static bool IsLost(Exception failure) =>
        failure is not McpProtocolException
        && failure is HttpRequestException or IOException or McpException or OperationCanceledException;

    private async Task<McpClient> ConnectAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return _client ??= await OpenAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LeaveAsync(McpClient client, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_client != client)
                return; // Another call has found the next server already.
            await (await opening.WaitAsync(cancellation)).RecoverAsync(cancellation);
            _client = null;
            await client.DisposeAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<McpClient> OpenAsync(CancellationToken cancellation)
    {
        var api = (await opening.WaitAsync(cancellation)).Api;
        var transport = new HttpClientTransport(
            new HttpClientTransportOptions
            {
                Endpoint = new Uri(api.Url, "/mcp"),
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["Authorization"] = $"Bearer {api.Token}",
                },
            },
            // A call lasts as long as it lasts.
            new HttpClient { Timeout = Timeout.InfiniteTimeSpan },
            loggerFactory: null,
            ownsHttpClient: true
        );
        return await McpClient.CreateAsync(
            transport,
            new McpClientOptions
            {
                ClientInfo = new Implementation { Name = "trainable-mcp", Version = "1.0" },
            },
            loggerFactory: null,
            cancellation
        );
    }
}
