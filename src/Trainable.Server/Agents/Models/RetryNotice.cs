using Microsoft.Extensions.AI;

namespace Trainable.Server.Agents.Models;

/// <summary>In the stream of a reply: what came before it is void, and the model is asked again after <see cref="Wait"/>.</summary>
internal sealed class RetryNotice : AIContent
{
    /// <summary>What happened and what is done about it, for a person.</summary>
    public required string Message { get; init; }

    /// <summary>The try that is to come; the first is 1.</summary>
    public required int Attempt { get; init; }
    public required int Attempts { get; init; }
    public required TimeSpan Wait { get; init; }
}
