using System.Text;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Referee;

namespace Trainable.Server.Agents.Tools;

/// <summary>
/// Asks the referee whether the stage's outputs hold. What it finds on the working rows goes back to the model until it is
/// mended; only the referee can say that a stage is done.
/// </summary>
internal sealed class FinishStageTool(RefereeService referee) : IAgentTool
{
    public const string Name = "finish_stage";

    /// <summary>A result that starts so means the stage's outputs hold.</summary>
    public const string Accepted = "accepted";

    public AIFunctionDeclaration Declaration { get; } =
        ToolSchema.Declare(
            Name,
            "Hand the stage's outputs to the referee. It checks them and answers 'accepted', or lists what has to be mended. "
                + "Call it once everything the stage must leave behind has been written."
        );

    /// <summary>A conversation about a stage hands nothing in.</summary>
    public bool IsOffered(StageContext context) => !context.IsChat;

    public async Task<ToolResult> InvokeAsync(ToolCall call, ToolScope scope, CancellationToken cancellation)
    {
        var context = scope.Context;
        var report = await referee.CheckAsync(
            new StageSubject(context.DatasetId, context.SessionId, context.Stage, context.Options)
            {
                Since = context.StartedAt,
            },
            cancellation
        );
        var text = Render(report);
        return new ToolResult(text, new ToolEnded(Name, text) { Stage = context.Stage, CallId = call.Id })
        {
            Accepted = report.Ok ? report : null,
        };
    }

    private static string Render(CheckReport report)
    {
        var text = new StringBuilder();
        text.Append(report.Ok ? Accepted : "not accepted").Append('\n');
        foreach (var finding in report.Errors)
            text.Append("error ").Append(finding.Code).Append(": ").Append(finding.Message).Append('\n');
        foreach (var finding in report.Warnings)
            text.Append("warning ").Append(finding.Code).Append(": ").Append(finding.Message).Append('\n');
        text.Append(report.Passed.Count).Append(report.Passed.Count == 1 ? " check passed." : " checks passed.");
        return text.ToString();
    }
}
