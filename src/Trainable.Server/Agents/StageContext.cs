using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>Everything one attempt at a stage needs to know; nothing in it changes while the run lasts.</summary>
internal sealed record StageContext
{
    private const string ChatFolder = "chat";

    public required Guid RunId { get; init; }
    public required Guid SessionId { get; init; }
    public required Guid ExperimentId { get; init; }

    /// <summary>The version of the experiment's dataset that the session works on; the first has the experiment's own id.</summary>
    public required Guid DatasetId { get; init; }
    public required string ExperimentName { get; init; }
    public required string Stage { get; init; }

    /// <summary>Every append of the run carries it; one that has been superseded is refused by the log.</summary>
    public required long Epoch { get; init; }
    public required string Model { get; init; }

    /// <summary>The experiment's and the start request's instructions together.</summary>
    public required string Instructions { get; init; }

    /// <summary>How it is driven: what its start, its session and its experiment said, in that order.</summary>
    public required RunOptions Run { get; init; }

    /// <summary>What the run may spend, the server's ceilings included.</summary>
    public required BudgetLimits Limits { get; init; }

    /// <summary>What all runs of the session may spend.</summary>
    public BudgetLimits SessionLimits { get; init; } = new();
    public required DateTime StartedAt { get; init; }

    /// <summary>Time that costs no budget: nobody ran it, or it waited for a person.</summary>
    public TimeSpan Idle { get; init; }
    public required ExperimentOptions Options { get; init; }

    /// <summary>One of <see cref="RunKinds"/>.</summary>
    public string Kind { get; init; } = RunKinds.Stage;

    /// <summary>The run whose conversation this one goes on from.</summary>
    public Guid? ParentId { get; init; }

    public bool IsChat => Kind == RunKinds.Chat;

    /// <summary>
    /// What of the data the model may see; one of <see cref="ShareLevels"/>. Autopilot is part of this server and shares with
    /// nobody, so it sees what it works with whatever was chosen.
    /// </summary>
    public string Share =>
        Model == Models.Autopilot.AutopilotChatClient.ModelId ? ShareLevels.Sample : Run.Share ?? ShareLevels.Sample;

    /// <summary>The run's directory as a sandbox sees it. A conversation has one of its own, beside the stages'.</summary>
    public string SandboxDirectory => $"/data/sessions/{SessionId}/{Folder}";

    /// <summary>The run's directory as the API names it.</summary>
    public string ApiDirectory => $"/sessions/{SessionId}/{Folder}";

    private string Folder => IsChat ? ChatFolder : Stage;

    public string HostDirectory(TrainableHome home) => home.Stage(SessionId, Folder);
}
