using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;

namespace Trainable.Tests.App;

/// <summary>One thing a scripted model does at its turn.</summary>
internal abstract record ScriptedTurn
{
    public sealed record Reply(string Text, params FunctionCallContent[] Calls) : ScriptedTurn;

    /// <summary>Streams its text, then hangs until it is cancelled.</summary>
    public sealed record Hang(string Text = "") : ScriptedTurn;

    /// <summary>Streams the reply's first words, and the rest once the gate opens.</summary>
    public sealed record Held(Task Gate, Reply Then) : ScriptedTurn;

    public sealed record Fail(Exception Exception) : ScriptedTurn;
}

/// <summary>A model that answers from a transcript, in the order of the turns it is asked for.</summary>
internal sealed class ScriptedModels(params ScriptedTurn[] turns) : IModels
{
    private readonly Queue<ScriptedTurn> _turns = new(turns);
    private int _calls;

    /// <summary>What the model was shown, a list a turn.</summary>
    public List<IReadOnlyList<ChatMessage>> Seen { get; } = [];

    public string Default => "scripted";

    public IReadOnlyList<ModelItem> List() =>
        [
            new()
            {
                Id = "scripted",
                Provider = "tests",
                Available = true,
                Default = true,
            },
        ];

    /// <summary>What the model costs; null while nobody knows.</summary>
    public ModelPrices? Prices { get; init; }

    /// <summary>Tokens that fit into its context; null for as many as there are.</summary>
    public long? ContextWindow { get; init; }

    /// <summary>What each reply is said to have used.</summary>
    public UsageDetails? Usage { get; init; }

    public ModelFacts Describe(string model) =>
        new()
        {
            Id = model,
            Provider = "tests",
            Prices = Prices,
            ContextWindow = ContextWindow,
        };

    public IChatClient Open(string model) => new Client(this);

    public static ScriptedTurn Say(string text) => new ScriptedTurn.Reply(text);

    public ScriptedModels Then(ScriptedTurn turn)
    {
        _turns.Enqueue(turn);
        return this;
    }

    /// <summary>Runs a script.</summary>
    public static ScriptedTurn Run(string code, string text = "Running.") =>
        new ScriptedTurn.Reply(text, Call("execute_code", ("code", code)));

    public static ScriptedTurn Finish() => new ScriptedTurn.Reply("Done.", Call("finish_stage"));

    public static FunctionCallContent Call(string tool, params (string Name, object? Value)[] arguments) =>
        new(
            Guid.CreateVersion7().ToString("N"),
            tool,
            arguments.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal)
        );

    private sealed class Client(ScriptedModels script) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            ScriptedTurn turn;
            lock (script.Seen)
            {
                script.Seen.Add([.. messages]);
                turn = script._turns.Count > 0 ? script._turns.Dequeue() : Say("The transcript is over.");
            }
            var id = $"scripted-{Interlocked.Increment(ref script._calls)}";
            switch (turn)
            {
                case ScriptedTurn.Fail fail:
                    throw fail.Exception;
                case ScriptedTurn.Hang hang:
                    yield return Update(id, new TextContent(hang.Text));
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
                case ScriptedTurn.Held held:
                    yield return Update(id, new TextContent("Let me see. "));
                    await held.Gate.WaitAsync(cancellationToken);
                    foreach (var call in held.Then.Calls)
                        yield return Update(id, call);
                    break;
                case ScriptedTurn.Reply reply:
                    foreach (var word in reply.Text.Split(' '))
                        yield return Update(id, new TextContent(word + " "));
                    foreach (var call in reply.Calls)
                        yield return Update(id, call);
                    break;
                default:
                    throw new InvalidOperationException($"{turn} is no turn.");
            }
            if (script.Usage is { } usage)
                yield return Update(id, new UsageContent(usage));
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }

        private static ChatResponseUpdate Update(string id, AIContent content) =>
            new()
            {
                MessageId = id,
                Role = ChatRole.Assistant,
                Contents = [content],
            };
    }
}
