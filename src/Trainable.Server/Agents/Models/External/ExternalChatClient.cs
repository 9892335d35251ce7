using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models.External;

/// <summary>Shows a run's conversation to the client that drives it, and makes its next call the model's reply.</summary>
internal sealed class ExternalChatClient(ExternalRuns runs) : IChatClient
{
    private ExternalRun? _run;

    /// <summary>Says for which run replies are wanted; before the first is asked for.</summary>
    public void Begin(StageContext context) => _run = runs.Open(context);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var run = _run ?? throw new InvalidOperationException("Nobody said for which run replies are wanted.");
        var call = await run.NextAsync(Said.Of(messages), cancellationToken);
        List<AIContent> contents = [];
        if (call.Comment is { Length: > 0 } comment)
            contents.Add(new TextContent(comment));
        contents.Add(new FunctionCallContent(call.Id, call.Tool, call.Arguments));
        yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
        {
            MessageId = call.Id,
            FinishReason = ChatFinishReason.ToolCalls,
        };
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException("Only streaming is used.");

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(ExternalChatClient) ? this : null;

    /// <summary>The loop is over: no call is taken any more.</summary>
    public void Dispose()
    {
        if (_run is { } run)
            runs.Close(run);
    }
}
