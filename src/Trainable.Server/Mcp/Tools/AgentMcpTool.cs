using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Trainable.Server.Agents.Tools;

namespace Trainable.Server.Mcp.Tools;

/// <summary>
/// A tool of the agents', called by a client that drives a stage: the call goes through the stage's loop like any model's. The
/// tools that only look work without a stage too.
/// </summary>
internal sealed class AgentMcpTool(IAgentTool tool, DrivenRuns driven, SessionReader reader) : IMcpTool
{
    private const string Comment = "comment";

    private static readonly string[] Ours = [McpCall.Session, Comment, DrivenRuns.Wait.Name];

    private readonly string _name = tool.Declaration.Name;

    public Tool Declaration { get; } = Declare(tool);

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var session = call.SessionId;
        var arguments = call.Arguments.Without(Ours);
        if (await driven.FindAsync(session, call, cancellation) is { } run)
            return await driven.CallAsync(run, _name, arguments, call.Arguments.Text(Comment), call, cancellation);
        return SessionReader.Reads(_name)
            ? await reader.CallAsync(_name, session, call.Arguments, cancellation)
            : throw await driven.RefusalAsync(session, cancellation);
    }

    private static Tool Declare(IAgentTool tool)
    {
        var schema = JsonNode.Parse(tool.Declaration.JsonSchema.GetRawText())!.AsObject();
        var properties = schema["properties"]!.AsObject();
        var own = properties.ToList();
        properties.Clear();
        properties[McpCall.Session] = new McpSchema.Parameter(McpCall.Session, "The session.").ToSchema();
        foreach (var (name, value) in own)
            properties[name] = value;
        properties[Comment] = new McpSchema.Parameter(
            Comment,
            "One or two sentences for the person who watches: what you do and why."
        ).ToSchema();
        properties[DrivenRuns.Wait.Name] = DrivenRuns.Wait.ToSchema();
        schema["required"]!.AsArray().Insert(0, McpCall.Session);
        var reads = SessionReader.Reads(tool.Declaration.Name);
        return new Tool
        {
            Name = tool.Declaration.Name,
            Description =
                tool.Declaration.Description
                + (
                    reads
                        ? " Works in every session; in a stage that you drive it counts as a step."
                        : " In a stage that you drive (start_stage)."
                ),
            InputSchema = JsonSerializer.SerializeToElement(schema),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = reads,
                DestructiveHint = false,
                OpenWorldHint = false,
            },
        };
    }
}
