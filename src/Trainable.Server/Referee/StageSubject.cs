using Trainable.Contracts;

namespace Trainable.Server.Referee;

/// <summary>The outputs the referee looks at: one stage of one session.</summary>
internal sealed record StageSubject(Guid ExperimentId, Guid SessionId, string Stage, ExperimentOptions Options);
