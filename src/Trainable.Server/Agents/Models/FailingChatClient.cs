using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models;

/// <summary>A library's chat client with its failures told apart into what may pass and what will not.</summary>
/// <param name="inner">The library's client.</param>
/// <param name="translate">What a failure of the library means.</param>
/// <param name="cutOff">What a stream without an end means.</param>
internal sealed class FailingChatClient(IChatClient inner, Func<Exception, Exception> translate, Func<Exception> cutOff)
    : DelegatingChatClient(inner)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ChatFinishReason? finish = null;
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken)
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
                throw translate(failure);
            }
            finish = updates.Current.FinishReason ?? finish;
            yield return updates.Current;
        }
        // A connection that was closed in the middle ends the stream without an exception.
        if (finish is null)
            throw cutOff();
    }

    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("Only streaming is used.");
}
