using ModelContextProtocol.Protocol;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>Ends what runs in a session.</summary>
internal sealed class StopStageTool(ISessions sessions, SessionQueries queries) : IMcpTool
{
    public Tool Declaration { get; } =
        McpSchema.Declare(
            "stop_stage",
            "Stop a stage",
            "End the stage that runs in a session, whoever drives it. Its files stay; it can be started again.",
            McpSchema.Effect.Ends,
            new McpSchema.Parameter(McpCall.Session, "The session.")
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        if (!await queries.ExistsAsync(call.SessionId, cancellation))
            throw DrivenRuns.NoSession(call.SessionId);
        var stopped = await sessions.AbortAsync(call.SessionId, "stopped by an MCP client", cancellation);
        return McpAnswer.Text(stopped ? "Stopped." : "Nothing runs in this session.");
    }
}
