using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models.Anthropic;

/// <summary>
/// The conversation in the shape the Messages API wants: results of one reply's calls together in the one user message that
/// follows it, and breakpoints for the prompt cache after the system prompt (which stands behind the tools) and after the last
/// message. What comes before the last breakpoint is sent again unchanged by the next request, which finds it in the cache.
/// </summary>
internal static class AnthropicConversation
{
    public static List<ChatMessage> Shape(IEnumerable<ChatMessage> messages)
    {
        var shaped = new List<ChatMessage>();
        foreach (var message in messages)
        {
            // The adapter leaves out a reply without content, and what stood around it has to be one message.
            if (message.Role == ChatRole.Assistant && !message.Contents.Any(IsSent))
                continue;
            var role = message.Role == ChatRole.Tool ? ChatRole.User : message.Role;
            if (role == ChatRole.User && shaped is [.., { } last] && last.Role == ChatRole.User)
                shaped[^1] = new ChatMessage(ChatRole.User, [.. last.Contents, .. message.Contents]);
            else
                shaped.Add(new ChatMessage(role, [.. message.Contents]));
        }
        if (shaped.FindLast(message => message.Role == ChatRole.System) is { } system)
            MarkEnd(system);
        if (shaped is [.., { } newest] && newest.Role == ChatRole.User)
            MarkEnd(newest);
        return shaped;
    }

    private static bool IsSent(AIContent content) =>
        content is not TextContent text || !string.IsNullOrWhiteSpace(text.Text);

    /// <summary>Sets the breakpoint on a copy: the conversation's own contents are stored, and sent again without it.</summary>
    private static void MarkEnd(ChatMessage message)
    {
        var last = message.Contents.Count - 1;
        AIContent? copy = message.Contents[last] switch
        {
            TextContent text => new TextContent(text.Text),
            FunctionResultContent result => new FunctionResultContent(result.CallId, result.Result),
            _ => null,
        };
        if (copy is not null)
            message.Contents[last] = copy.WithCacheControl(new CacheControlEphemeral());
    }
}
