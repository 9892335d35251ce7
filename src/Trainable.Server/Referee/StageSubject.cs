using Trainable.Contracts;

namespace Trainable.Server.Referee;

/// <summary>The outputs the referee looks at: one stage of one session, on one version of its experiment's dataset.</summary>
internal sealed record StageSubject(Guid DatasetId, Guid SessionId, string Stage, ExperimentOptions Options)
{
    /// <summary>When the run began (UTC) whose outputs these are said to be; null where that is not asked.</summary>
    public DateTime? Since { get; init; }
}
