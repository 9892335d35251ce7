using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents;

/// <summary>
/// What a model is told about a reply of which not everything can be used. It is kept in the reply itself, so that a restart
/// knows it too: the stored arguments of a call that could not be read look like those of a call without any.
/// </summary>
internal static class ReplyFlaws
{
    private const string Key = "trainable:flaw";

    private const string Unreadable =
        "error: the arguments of this call are no complete JSON object, so it was not run. Send the call again.";

    private const string CutCall =
        "error: your reply reached its limit of length inside this call, so it was not run. "
        + "Send a shorter script, or split the work into several.";

    private const string CutText =
        "Your last reply reached its limit of length and was cut. Go on in shorter pieces, with one call in each.";

    public static void Mark(ChatResponse reply)
    {
        foreach (var call in reply.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>())
        {
            if (call.Exception is not null)
                (call.AdditionalProperties ??= [])[Key] = Unreadable;
        }
        if (reply.FinishReason != ChatFinishReason.Length || reply.Messages is not [.., { } last])
            return;
        if (last.Contents is [.., FunctionCallContent cut])
            (cut.AdditionalProperties ??= [])[Key] = CutCall;
        else
            (last.AdditionalProperties ??= [])[Key] = CutText;
    }

    /// <summary>Why a call is not to be made, as its result; null when nothing is wrong with it.</summary>
    public static string? Of(FunctionCallContent call) => Read(call.AdditionalProperties);

    /// <summary>What to say to the model about its message; null when nothing is wrong with it.</summary>
    public static string? Of(ChatMessage message) => Read(message.AdditionalProperties);

    private static string? Read(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out var value) ? value?.ToString() : null;
}
