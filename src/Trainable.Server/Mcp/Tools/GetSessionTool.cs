using ModelContextProtocol.Protocol;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>Where a session stands.</summary>
internal sealed class GetSessionTool(SessionQueries sessions) : IMcpTool
{
    public Tool Declaration { get; } =
        McpSchema.Declare(
            "get_session",
            "Look at a session",
            "Say where a session stands: its state, its runs and how they ended, who drives them, what waits for the person. "
                + "Scores on the held rows are for people: they are in the studio.",
            McpSchema.Effect.Reads,
            new McpSchema.Parameter(McpCall.Session, "The session.")
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var session =
            await sessions.FindAsync(call.SessionId, cancellation) ?? throw DrivenRuns.NoSession(call.SessionId);
        var facts = SessionFacts.Of(session);
        facts["studio"] = call.SessionPage(session.Id);
        return McpAnswer.Json(facts);
    }
}
