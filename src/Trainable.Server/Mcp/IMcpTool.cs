using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Trainable.Server.Mcp;

/// <summary>A tool that clients of the MCP server may call.</summary>
internal interface IMcpTool
{
    Tool Declaration { get; }

    /// <exception cref="Platform.UserFacingException">It cannot be done; the client is told the sentence.</exception>
    Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation);
}

/// <summary>One call of a client's.</summary>
/// <param name="Arguments">What it sends.</param>
/// <param name="Studio">Where a person finds the studio, as the client reaches this server.</param>
/// <param name="Report">Tells the client that the call goes on; it shows that, and waits longer.</param>
internal sealed record McpCall(McpArguments Arguments, Uri Studio, Func<ProgressNotificationValue, Task>? Report)
{
    public const string Session = "session_id";

    public Guid SessionId =>
        Arguments.Id(Session, "pass a session's id, as create_experiment and list_experiments give it.");

    public string SessionPage(Guid session) => new Uri(Studio, $"/sessions/{session}").AbsoluteUri;
}
