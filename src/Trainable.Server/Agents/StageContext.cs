using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>Everything one attempt at a stage needs to know; nothing in it changes while the run lasts.</summary>
internal sealed record StageContext
{
    public required Guid RunId { get; init; }
    public required Guid SessionId { get; init; }
    public required Guid ExperimentId { get; init; }
    public required string ExperimentName { get; init; }
    public required string Stage { get; init; }

    /// <summary>Every append of the run carries it; one that has been superseded is refused by the log.</summary>
    public required long Epoch { get; init; }
    public required string Model { get; init; }

    /// <summary>The experiment's and the start request's instructions together.</summary>
    public required string Instructions { get; init; }
    public required TimeSpan Budget { get; init; }

    /// <summary>True when the person set the budget; false when it is the server's ceiling.</summary>
    public required bool BudgetWasChosen { get; init; }
    public required DateTime StartedAt { get; init; }

    /// <summary>Time in which nobody ran it, between a process that died and the one that took it up; costs no budget.</summary>
    public TimeSpan Idle { get; init; }
    public required ExperimentOptions Options { get; init; }

    /// <summary>The stage's directory as a sandbox sees it.</summary>
    public string SandboxDirectory => $"/data/sessions/{SessionId}/{Stage}";

    /// <summary>The stage's directory as the API names it.</summary>
    public string ApiDirectory => $"/sessions/{SessionId}/{Stage}";

    public string HostDirectory(TrainableHome home) => home.Stage(SessionId, Stage);
}
