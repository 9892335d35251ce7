using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models.Anthropic;

/// <summary>The SDK's chat client, asked in the API's own shape, with its failures told apart into what may pass and what will not.</summary>
internal sealed class AnthropicChatClient(IChatClient sdk, AnthropicFailures failures) : DelegatingChatClient(sdk)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatFinishReason? finish = null;
        await using var updates = base.GetStreamingResponseAsync(
                AnthropicConversation.Shape(messages),
                options,
                cancellationToken
            )
            .GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                    break;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                throw failures.Translate(failure);
            }
            finish = updates.Current.FinishReason ?? finish;
            yield return updates.Current;
        }
        // A connection that was closed in the middle ends the stream without an exception.
        if (finish is null)
            throw failures.CutOff();
    }

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("Only streaming is used.");
}
