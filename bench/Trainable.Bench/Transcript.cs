using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;

namespace Trainable.Bench;

/// <summary>A model without thought: it runs the same script a number of times, one call a reply, then waits to be stopped.</summary>
internal sealed class Transcript(string script, int times) : IModels
{
    private int _replies;

    public string Default => "transcript";

    public IReadOnlyList<ModelItem> List() =>
        [
            new()
            {
                Id = Default,
                Provider = "bench",
                Available = true,
                Default = true,
            },
        ];

    public ModelFacts Describe(string model) => new() { Id = model, Provider = "bench" };

    public IChatClient Open(string model) => new Client(this);

    private sealed class Client(Transcript transcript) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            var reply = ++transcript._replies;
            if (reply > transcript.Times)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            yield return new ChatResponseUpdate
            {
                Role = ChatRole.Assistant,
                Contents =
                [
                    new FunctionCallContent(
                        $"call-{reply}",
                        "execute_code",
                        new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = transcript.Script }
                    ),
                ],
            };
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }

    private string Script => script;

    private int Times => times;
}
