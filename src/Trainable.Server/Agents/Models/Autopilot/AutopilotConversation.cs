using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Trainable.Server.Agents.Tools;

namespace Trainable.Server.Agents.Models.Autopilot;

internal sealed record StepOutcomeRead(int Step, bool Safe, bool Ok);

internal sealed record FinishVerdict(bool Accepted);

/// <summary>What a conversation says has been done: autopilot's whole memory.</summary>
internal sealed class AutopilotConversation
{
    public StageBrief? Brief { get; private set; }

    /// <summary>Ended steps in order.</summary>
    public List<StepOutcomeRead> Outcomes { get; } = [];

    public JsonObject Facts { get; } = [];

    /// <summary>The referee's answer, when nothing has been run since.</summary>
    public FinishVerdict? FinishedWith { get; private set; }

    public static string CallId(int step, bool safe, int attempt) =>
        $"autopilot-{step}-{(safe ? "safe" : "full")}-{attempt}";

    /// <summary>Another agent has worked on the stage before.</summary>
    public bool FollowsAnother { get; private set; }

    /// <summary>Calls that have been answered, interrupted ones included.</summary>
    public int Calls { get; private set; }

    public static AutopilotConversation Read(IEnumerable<ChatMessage> messages)
    {
        var conversation = new AutopilotConversation();
        foreach (var message in messages)
        {
            if (message.Role == ChatRole.User)
                conversation.Open(message.Text);
            foreach (var result in message.Contents.OfType<FunctionResultContent>())
                conversation.Take(result.CallId, result.Result?.ToString() ?? "");
        }
        return conversation;
    }

    private void Open(string text)
    {
        if (Brief is not null || StageBrief.FromText(text) is not { } brief)
            return;
        Brief = brief;
        // What a person named is known before any step says it.
        if (brief.Target is { } target)
            Facts["target"] = target;
    }

    private void Take(string callId, string result)
    {
        Calls++;
        if (result.StartsWith(ToolCalls.Interrupted, StringComparison.Ordinal))
            return; // Nothing is known of it: the same call is made once more.
        var parts = callId.Split('-');
        if (parts is ["autopilot", "finish", _])
        {
            FinishedWith = new FinishVerdict(result.StartsWith(FinishStageTool.Accepted, StringComparison.Ordinal));
        }
        else if (parts is ["autopilot", var step, var mode, _] && int.TryParse(step, out var index))
        {
            Outcomes.Add(
                new StepOutcomeRead(
                    index,
                    mode == "safe",
                    result.StartsWith(ExecuteCodeTool.OkPrefix, StringComparison.Ordinal)
                )
            );
            Narration.Learn(result, Facts);
            FinishedWith = null;
        }
        else
        {
            FollowsAnother = true;
        }
    }
}
