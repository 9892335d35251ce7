using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;

namespace Trainable.Bench;

/// <summary>
/// A model that thinks for a set time and then calls a tool that costs next to nothing. It measures how long it is left alone:
/// from the end of a reply to the next request, which is what the loop takes for everything beside model and tool.
/// </summary>
/// <param name="turns">Replies of each run; after the last it waits to be stopped.</param>
/// <param name="thinking">How long it thinks before each reply.</param>
internal sealed class PacedModel(int turns, Func<TimeSpan> thinking) : IModels
{
    private readonly Channel<bool> _ended = Channel.CreateUnbounded<bool>();

    /// <summary>Milliseconds between a reply and the next request, of all runs.</summary>
    public ConcurrentBag<double> Gaps { get; } = [];

    public string Default => "paced";

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

    /// <summary>Completes when so many runs have had all their replies.</summary>
    public async Task EndedAsync(int runs)
    {
        for (var run = 0; run < runs; run++)
            await _ended.Reader.ReadAsync();
    }

    private sealed class Client(PacedModel model) : IChatClient
    {
        private int _replies;
        private long _replied;

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            if (_replies > 0)
                model.Gaps.Add(TimeProvider.System.GetElapsedTime(_replied).TotalMilliseconds);
            if (_replies++ == model.Turns)
            {
                model._ended.Writer.TryWrite(true);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            if (model.Thinking() is var time && time > TimeSpan.Zero)
                await Task.Delay(time, cancellationToken);
            yield return new ChatResponseUpdate(
                ChatRole.Assistant,
                [
                    new TextContent("I look at what is there."),
                    new FunctionCallContent($"call-{_replies}", "list_files", new Dictionary<string, object?>()),
                ]
            )
            {
                FinishReason = ChatFinishReason.ToolCalls,
            };
            _replied = TimeProvider.System.GetTimestamp();
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }

    private int Turns => turns;

    private Func<TimeSpan> Thinking => thinking;
}
