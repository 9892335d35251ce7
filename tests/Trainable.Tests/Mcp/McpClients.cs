using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Trainable.Tests.App;
using Trainable.Tests.Cli;

namespace Trainable.Tests.Mcp;

/// <summary>The SDK's client, over both transports, and what a person's assistant does with it.</summary>
internal static class McpClients
{
    public const string Report =
        "# Look\nprint('looked')\nopen('report.md', 'w').write('# Findings\\n\\nAll is well.')";

    public static Task<McpClient> OverHttpAsync(TrainableApp app, string? token = null) =>
        McpClient.CreateAsync(
            new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = new Uri(app.Server.Url, "/mcp"),
                    TransportMode = HttpTransportMode.StreamableHttp,
                    AdditionalHeaders = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["Authorization"] = $"Bearer {token ?? app.Server.Token}",
                    },
                }
            ),
            cancellationToken: TestContext.Current.CancellationToken
        );

    /// <summary>Starts <c>trainable mcp</c> as a client's configuration would.</summary>
    public static Task<McpClient> OverStdioAsync(string home, string? directory = null) =>
        McpClient.CreateAsync(
            new StdioClientTransport(
                new StdioClientTransportOptions
                {
                    Command = CommandProcess.Trainable,
                    Arguments = ["mcp", "--home", home],
                    WorkingDirectory = directory,
                    EnvironmentVariables = new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        ["ANTHROPIC_API_KEY"] = null,
                    },
                }
            ),
            new McpClientOptions
            {
                InitializationTimeout = TrainableApp.Patience,
                DiscoverProbeTimeout = TrainableApp.Patience,
            },
            cancellationToken: TestContext.Current.CancellationToken
        );

    public static async Task<CallToolResult> CallAsync(
        this McpClient client,
        string tool,
        params (string Name, object? Value)[] arguments
    ) =>
        await client.CallToolAsync(
            tool,
            arguments.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal),
            cancellationToken: TestContext.Current.CancellationToken
        );

    /// <summary>As <see cref="CallAsync"/>, of a call that is to succeed; returns what it says.</summary>
    public static async Task<string> SayAsync(
        this McpClient client,
        string tool,
        params (string Name, object? Value)[] arguments
    )
    {
        var result = await client.CallAsync(tool, arguments);
        result.IsError.GetValueOrDefault().ShouldBeFalse(Text(result));
        return Text(result);
    }

    public static string Text(CallToolResult result) =>
        string.Join("\n", result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    /// <summary>Makes an experiment of a table; returns its session.</summary>
    public static async Task<Guid> CreateAsync(
        this McpClient client,
        string data = Tables.Small,
        params (string Name, object? Value)[] more
    )
    {
        var result = await client.CallAsync("create_experiment", [("data", data), ("name", "over mcp"), .. more]);
        result.IsError.GetValueOrDefault().ShouldBeFalse(Text(result));
        return result.StructuredContent!.Value.GetProperty("session_id").GetGuid();
    }

    /// <summary>Takes a stage from its start to the referee's verdict by the script that does its work.</summary>
    public static async Task<string> WorkAsync(this McpClient client, Guid session, string stage, string script)
    {
        var opening = await client.SayAsync("start_stage", ("session_id", session), ("stage", stage));
        opening.ShouldContain($"You are the agent of {stage} now");
        opening.ShouldContain("```json brief");
        var ran = await client.SayAsync(
            "execute_code",
            ("session_id", session),
            ("code", script),
            ("comment", $"I do what {stage} needs.")
        );
        ran.ShouldStartWith("outcome: ok");
        return await client.SayAsync("finish_stage", ("session_id", session));
    }

    public static JsonElement Structured(CallToolResult result) => result.StructuredContent!.Value;

    /// <summary>Counts what the server says of a call that goes on.</summary>
    public sealed class Beats : IProgress<ProgressNotificationValue>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Report(ProgressNotificationValue value) => Interlocked.Increment(ref _count);
    }
}
