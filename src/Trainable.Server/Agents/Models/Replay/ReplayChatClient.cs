using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Replay;

/// <summary>Answers with what was recorded. Which reply is next the run's own conversation tells, so that it can be resumed.</summary>
/// <param name="next">The messages of the reply that follows; null where the recording holds none.</param>
internal sealed class ReplayChatClient(Func<IReadOnlyList<ChatMessage>?> next) : IChatClient
{
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask;
        var reply = next() ?? throw new UserFacingException("The recording holds no further reply.");
        foreach (var message in reply)
        {
            var id = message.MessageId ?? Guid.CreateVersion7().ToString("N");
            foreach (var content in message.Contents)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return Update(id, message.Role, content);
            }
        }
        var calls = reply.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Any();
        yield return new ChatResponseUpdate
        {
            MessageId = reply.Count > 0 ? reply[^1].MessageId : null,
            Role = ChatRole.Assistant,
            FinishReason =
                // What was cut then is told of as it was then; a call that was cut says so itself.
                reply.Count > 0
                && ReplyFlaws.Of(reply[^1]) is not null
                    ? ChatFinishReason.Length
                : calls ? ChatFinishReason.ToolCalls
                : ChatFinishReason.Stop,
        };
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    private static ChatResponseUpdate Update(string id, ChatRole role, AIContent content) =>
        new()
        {
            MessageId = id,
            Role = role,
            Contents = [content],
            ModelId = RecordingName.Model,
        };
}
