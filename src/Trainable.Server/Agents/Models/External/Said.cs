using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models.External;

/// <summary>What a model is told when it is asked: everything at the start of a stage, later what is new since its last reply.</summary>
/// <param name="Parts">
/// The result of its call first, then what else there is to say. They are kept apart, so that nothing a script prints can pass
/// for the words of the host or the user.
/// </param>
internal sealed record Said(IReadOnlyList<string> Parts)
{
    public static Said Of(IEnumerable<ChatMessage> messages)
    {
        var all = messages.ToList();
        var last = all.FindLastIndex(message => message.Role == ChatRole.Assistant);
        return new Said([.. all.Skip(last + 1).Select(Text).Where(text => text.Length > 0)]);
    }

    private static string Text(ChatMessage message)
    {
        var text = string.Join('\n', message.Contents.Select(Text));
        return UserInbox.IsOfUser(message) ? $"The user writes: {text}" : text;
    }

    private static string Text(AIContent content) =>
        content switch
        {
            FunctionResultContent result => result.Result?.ToString() ?? "",
            TextContent text => text.Text,
            _ => "",
        };
}
