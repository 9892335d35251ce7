using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Trainable.Server.Platform;
using Trainable.Server.Sessions;

namespace Trainable.Server.Mcp.Tools;

/// <summary>Another session on an experiment's dataset, to try something else.</summary>
internal sealed class CreateSessionTool(ExperimentCreation creation) : IMcpTool
{
    public Tool Declaration { get; } =
        McpSchema.Declare(
            "create_session",
            "Start over in a new session",
            "Make another session on an experiment's dataset: an empty place for eda, prep and train, beside the earlier ones.",
            McpSchema.Effect.Adds,
            new McpSchema.Parameter("experiment_id", "The experiment.")
        );

    public async Task<CallToolResult> CallAsync(McpCall call, CancellationToken cancellation)
    {
        var experiment = call.Arguments.Id("experiment_id", "pass an experiment's id, as list_experiments gives it.");
        var made =
            await creation.AddSessionAsync(experiment, options: null, cancellation)
            ?? throw new UserFacingException(
                $"There is no experiment {experiment}. 'list_experiments' gives the ids there are."
            );
        return McpAnswer.Json(new JsonObject { ["session_id"] = made.Id, ["studio"] = call.SessionPage(made.Id) });
    }
}
