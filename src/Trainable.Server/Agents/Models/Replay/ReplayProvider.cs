using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Recordings;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Replay;

/// <summary>Recorded sessions as models: <c>replay/{session}</c>. They cost nothing, ask no network, and are nobody's default.</summary>
internal sealed class ReplayProvider : IModelProvider
{
    public string? Default => null;

    /// <summary>None in general: a recording fits one experiment, whose sessions are listed with it.</summary>
    public IEnumerable<ModelItem> List() => [];

    public bool Serves(string model) => model == RecordingName.Model || RecordingName.Is(model);

    public ModelFacts Describe(string model) =>
        new()
        {
            Id = model,
            Provider = "builtin",
            // It reads nothing of what it is shown.
            IsUnlimited = true,
            Thinking = ThinkingKinds.None,
            Prices = new ModelPrices(0, 0, 0, 0),
        };

    /// <summary>Checks the name. What is replied comes from the recording, which the loop opens for its run.</summary>
    public IChatClient Open(string model) =>
        RecordingName.Parse(model) is not null
            ? new ReplayChatClient(() => null)
            : throw new UserFacingException(
                "Name the session to replay: 'replay/SESSION', with the session's whole id.",
                422
            );
}
