using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Steering;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>Makes the calls of a reply, one after the other; each result is stored as it ends.</summary>
internal sealed partial class ToolCalls(IEnumerable<IAgentTool> tools, CodeApproval approval, ILogger<ToolCalls> logger)
{
    /// <summary>How a result starts when nobody knows how its call ended.</summary>
    public const string Interrupted = "interrupted";

    private readonly Dictionary<string, IAgentTool> _tools = tools.ToDictionary(
        tool => tool.Declaration.Name,
        StringComparer.Ordinal
    );

    /// <summary>Answers the calls that had begun when a process died; those that had not stay to be made.</summary>
    public async Task InterruptAsync(Conversation conversation, ToolScope scope)
    {
        foreach (var call in conversation.Unanswered.Where(call => scope.Begun.Contains(call.CallId)).ToList())
        {
            if (_tools.TryGetValue(call.Name, out var tool) && tool.IsResumable)
                continue;
            const string told =
                $"{Interrupted}: the server was restarted while this call ran. Its effects may be partial.";
            await EndCallAsync(scope, conversation, call, ToolResult.Plain(call.Name, told));
        }
    }

    /// <summary>Makes the last reply's calls that have no result; the loop's end when the referee accepted the outputs.</summary>
    public async Task<LoopEnd?> AnswerAsync(Conversation conversation, ToolScope scope, CancellationToken cancellation)
    {
        foreach (var call in conversation.Calls)
        {
            CheckReport? report = null;
            if (conversation.ResultOf(call) is null)
            {
                // A call that never ended was stopped with its run, and might never end here either.
                if (scope.Recording is { } recording && !recording.HasResult(call.CallId))
                    return LoopEnd.Of(recording);
                var result = await InvokeAsync(call, scope, cancellation);
                if (RepeatedFailures.HintFor(conversation, call, result.ForModel) is { } hint)
                    result = result with { ForModel = result.ForModel + hint };
                await EndCallAsync(scope, conversation, call, result);
                report = result.Accepted;
            }
            if (report is not null || IsAcceptance(call, conversation.ResultOf(call)!))
                return new LoopEnd(LoopEndReason.Accepted, "the referee accepted the outputs", report);
        }
        return null;
    }

    private static bool IsAcceptance(FunctionCallContent call, string result) =>
        call.Name == FinishStageTool.Name && result.StartsWith(FinishStageTool.Accepted, StringComparison.Ordinal);

    private async Task<ToolResult> InvokeAsync(
        FunctionCallContent call,
        ToolScope scope,
        CancellationToken cancellation
    )
    {
        var made = new ToolCall(
            call.CallId,
            call.Arguments is { } given
                ? new Dictionary<string, object?>(given, StringComparer.Ordinal)
                : new Dictionary<string, object?>(StringComparer.Ordinal)
        );
        var flaw = ReplyFlaws.Of(call);
        var review =
            flaw is null && !scope.Begun.Contains(call.CallId)
                ? await approval.ReviewAsync(made, call.Name, scope, cancellation)
                : new Review(made);
        if (!scope.Begun.Contains(call.CallId))
            await scope.Journal.AppendAsync(
                EventTypes.ToolStart,
                new ToolStarted(call.Name, ToolInput.ToJson(review.Call.Arguments))
                {
                    CallId = call.CallId,
                    Stage = scope.Context.Stage,
                },
                ContractJson.Default.ToolStarted
            );
        if ((flaw ?? review.Refusal) is { } refusal)
            return ToolResult.Plain(call.Name, refusal);
        if (!_tools.TryGetValue(call.Name, out var tool) || !tool.IsOffered(scope.Context))
        {
            var known = _tools.Where(one => one.Value.IsOffered(scope.Context)).Select(one => one.Key);
            return ToolResult.Plain(
                call.Name,
                $"error: there is no tool '{call.Name}'. Tools: {string.Join(", ", known)}."
            );
        }
        try
        {
            var result = await tool.InvokeAsync(review.Call, scope, cancellation);
            if (!result.IsOurs)
                result = result with { ForModel = SharedResult.Of(call.Name, result.ForModel, scope.Context.Share) };
            return review.Remark is { } remark ? result with { ForModel = $"{result.ForModel}\n{remark}" } : result;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        // A full disk is nothing that a model can mend.
        catch (Exception failure)
            when (failure is not LostSessionException and not UserFacingException && !DiskFull.Is(failure))
        {
            LogToolFailed(failure, call.Name, scope.Context.SessionId);
            return ToolResult.Plain(call.Name, "error: the tool failed inside the server. The server's log says why.");
        }
    }

    private static Task EndCallAsync(
        ToolScope scope,
        Conversation conversation,
        FunctionCallContent call,
        ToolResult result
    ) =>
        scope.Journal.AppendAsync(
            EventTypes.ToolEnd,
            result.Event with
            {
                CallId = call.CallId,
                Stage = scope.Context.Stage,
            },
            ContractJson.Default.ToolEnded,
            new SetTurnResults(conversation.LastTurnId, conversation.Answer(call, result.ForModel))
        );

    [LoggerMessage(Level = LogLevel.Error, Message = "Tool {Tool} failed in session {Session}")]
    private partial void LogToolFailed(Exception failure, string tool, Guid session);
}
