using Microsoft.Extensions.AI;
using Trainable.Contracts;

namespace Trainable.Server.Agents.Models.Autopilot;

/// <summary>The built-in model: always there, costs nothing, asks no network.</summary>
internal sealed class AutopilotProvider(Playbook playbook) : IModelProvider
{
    public string Default => AutopilotChatClient.ModelId;

    public IEnumerable<ModelItem> List() =>
        [
            new()
            {
                Id = AutopilotChatClient.ModelId,
                Provider = "builtin",
                Available = true,
                Default = false,
            },
        ];

    public bool Serves(string model) => model == AutopilotChatClient.ModelId;

    public ModelFacts Describe(string model) =>
        new()
        {
            Id = model,
            Provider = "builtin",
            // What it has done it knows from the conversation alone.
            IsUnlimited = true,
            Prices = new ModelPrices(0, 0, 0, 0),
        };

    public IChatClient Open(string model) => new AutopilotChatClient(playbook);
}
