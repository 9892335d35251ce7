using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Trainable.Server.Agents.Tools;

namespace Trainable.Server.Agents;

/// <summary>
/// Counts calls that fail again in the same way: the same tool, the same arguments, the same result but for times and numbers
/// of steps. It reads the conversation, so a restart counts on.
/// </summary>
internal static partial class RepeatedFailures
{
    /// <summary>From this many on the model is told that it repeats itself.</summary>
    public const int Hint = 3;

    /// <summary>This many end the stage.</summary>
    public const int Limit = 5;

    /// <summary>What is added to a result; null while there is nothing to say.</summary>
    /// <param name="conversation">The conversation without the call's result.</param>
    /// <param name="call">The call.</param>
    /// <param name="result">Its result.</param>
    public static string? HintFor(Conversation conversation, FunctionCallContent call, string result)
    {
        var times = 1 + Count(conversation, call, result);
        return times >= Hint && IsFailure(call.Name, result)
            ? $"\n[This very call has now failed in the same way {times} times. Making it again changes nothing: read the "
                + $"message, try another way or leave this out. At {Limit} times the stage is ended.]"
            : null;
    }

    /// <summary>Why the stage ends; null while no call of the last reply has failed too often.</summary>
    public static string? ReasonToStop(Conversation conversation)
    {
        foreach (var call in conversation.Calls)
        {
            if (
                conversation.ResultOf(call) is { } result
                && IsFailure(call.Name, result)
                && Count(conversation, call, result) >= Limit
            )
                return $"the same call of {call.Name} failed in the same way {Limit} times";
        }
        return null;
    }

    /// <summary>How often the conversation holds the call with that failure.</summary>
    private static int Count(Conversation conversation, FunctionCallContent call, string result)
    {
        var wanted = Signature(call);
        var failure = Normal(result);
        var calls = new Dictionary<string, FunctionCallContent>(StringComparer.Ordinal);
        var count = 0;
        foreach (var content in conversation.Messages.SelectMany(message => message.Contents))
        {
            if (content is FunctionCallContent made)
                calls[made.CallId] = made;
            else if (
                content is FunctionResultContent told
                && calls.TryGetValue(told.CallId, out var answered)
                && answered.Name == call.Name
                && Signature(answered) == wanted
                && Normal(told.Result?.ToString() ?? "") == failure
            )
                count++;
        }
        return count;
    }

    private static bool IsFailure(string tool, string result) =>
        tool switch
        {
            ExecuteCodeTool.Name => !result.StartsWith(ExecuteCodeTool.OkPrefix, StringComparison.Ordinal)
                && !result.StartsWith(ToolCalls.Interrupted, StringComparison.Ordinal),
            FinishStageTool.Name => !result.StartsWith(FinishStageTool.Accepted, StringComparison.Ordinal),
            _ => result.StartsWith("error:", StringComparison.Ordinal),
        };

    private static string Signature(FunctionCallContent call)
    {
        var text = new StringBuilder(call.Name);
        foreach (var (name, value) in (call.Arguments ?? new Dictionary<string, object?>()).OrderBy(one => one.Key))
            text.Append('\n').Append(name).Append('=').Append(value);
        return text.ToString();
    }

    /// <summary>A result without what differs from one time to the next: our hint, numbers, addresses.</summary>
    private static string Normal(string result)
    {
        var end = result.IndexOf("\n[This very call", StringComparison.Ordinal);
        return Varying().Replace(end < 0 ? result : result[..end], "#");
    }

    [GeneratedRegex(@"0x[0-9a-fA-F]+|\d+(?:\.\d+)?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Varying();
}
