using Trainable.Contracts;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>Two sessions of one experiment whose files are compared.</summary>
internal sealed record ComparedSessions(Guid Experiment, Guid Original, Guid Replay, ExperimentOptions Options)
{
    /// <summary>The days on which either ran, as files write them: what tells them apart is no difference of content.</summary>
    public IReadOnlyCollection<string> OriginalDays { get; init; } = [];
    public IReadOnlyCollection<string> ReplayDays { get; init; } = [];

    /// <summary>A text of the replay as the original would have it.</summary>
    public string AsOriginal(string text) =>
        text.Replace($"{Replay}", $"{Original}", StringComparison.OrdinalIgnoreCase);

    public StageSubject SubjectOf(Guid session, string stage) => new(Experiment, session, stage, Options);
}
