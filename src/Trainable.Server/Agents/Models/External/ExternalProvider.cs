using Microsoft.Extensions.AI;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models.External;

/// <summary>
/// The model whose replies come from outside: a client of the MCP server takes the model's place in the loop, and everything
/// else stays as it is for any other. It is no choice of a person's, and so in no list.
/// </summary>
internal sealed class ExternalProvider(ExternalRuns runs) : IModelProvider
{
    public const string ModelId = "mcp";

    public string? Default => null;

    public IEnumerable<ModelItem> List() => [];

    public bool Serves(string model) => model == ModelId;

    public ModelFacts Describe(string model) =>
        new()
        {
            Id = model,
            Provider = "mcp",
            // The client keeps its own conversation; what it costs there nobody here knows.
            IsUnlimited = true,
            Thinking = ThinkingKinds.None,
        };

    public IChatClient Open(string model) => new ExternalChatClient(runs);
}
