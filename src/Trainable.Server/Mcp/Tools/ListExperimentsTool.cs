using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>What there is, newest first.</summary>
internal sealed class ListExperimentsTool(ExperimentQueries experiments) : IMcpTool
{
    private const int Most = 100;
    private const int Usual = 20;

    public Tool Declaration { get; } =
        McpSchema.Declare(
            "list_experiments",
            "List experiments",
            "List the experiments, newest first, each with the id and state of its newest session.",
            McpSchema.Effect.Reads,
            new McpSchema.Parameter("text", "Only those with these words in name or description.", Required: false),
            new McpSchema.Parameter("limit", $"How many, {Usual} unless said, at most {Most}.", Required: false)
            {
                Type = "number",
            }
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var found = await experiments.ListAsync(
            new ExperimentFilter
            {
                Limit = (int)(call.Arguments.Number("limit", 1, Most) ?? Usual),
                Text = call.Arguments.Text("text"),
            },
            cancellation
        );
        return McpAnswer.Json(
            new JsonObject
            {
                ["experiments"] = new JsonArray([
                    .. found.Select(one => new JsonObject
                    {
                        ["experiment_id"] = one.Id,
                        ["name"] = one.Name,
                        ["description"] = one.Description,
                        ["session_id"] = one.LatestSessionId,
                        ["state"] = one.LatestState,
                        ["created_at"] = one.CreatedAt,
                    }),
                ]),
            }
        );
    }
}
