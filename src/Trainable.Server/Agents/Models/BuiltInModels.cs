using Microsoft.Extensions.AI;
using Trainable.Server.Agents.Models.Autopilot;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

internal sealed class BuiltInModels(Playbook playbook) : IModels
{
    public string Default => AutopilotChatClient.ModelId;

    public IReadOnlyList<string> Available => [AutopilotChatClient.ModelId];

    public IChatClient Open(string model) =>
        model == AutopilotChatClient.ModelId
            ? new AutopilotChatClient(playbook)
            : throw new UserFacingException(
                $"There is no model '{model}' here. Available: {string.Join(", ", Available)}."
            );
}
