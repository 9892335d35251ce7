using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Sessions;

/// <summary>
/// Commands to sessions, each handled one at a time per session. In this process by <see cref="SessionRegistry"/>; a cluster
/// can put the same sessions behind it elsewhere.
/// </summary>
internal interface ISessions
{
    /// <summary>Starts a run. Of many concurrent starts exactly one is accepted.</summary>
    Task<StartResult> StartAsync(Guid session, StartCommand command, CancellationToken cancellation);

    /// <summary>Stops the session's run and returns once nothing of it is left; false when none was running.</summary>
    Task<bool> AbortAsync(Guid session, string reason, CancellationToken cancellation);

    /// <summary>Keeps what a person wrote; a running stage reads it at its next turn.</summary>
    Task<Appended> PostMessageAsync(Guid session, string content, CancellationToken cancellation);

    /// <summary>
    /// As <see cref="PostMessageAsync"/>, and where nothing runs an agent answers, in a conversation about the last stage.
    /// </summary>
    /// <exception cref="LostSessionException">The session is not there.</exception>
    Task<Appended> ChatAsync(Guid session, string content, string? model, CancellationToken cancellation);

    /// <summary>Stops what runs and forgets the session, its sandbox included; its rows are the caller's to delete.</summary>
    Task RemoveAsync(Guid session, CancellationToken cancellation);
}

/// <summary>What to start: one stage, or everything that is left up to a stage.</summary>
internal sealed record StartCommand
{
    /// <summary>Null starts the first stage that is not done.</summary>
    public required string? Stage { get; init; }

    /// <summary>Go on by itself up to this stage; null for one stage alone.</summary>
    public string? ContinueTo { get; init; }
    public string Instructions { get; init; } = "";

    /// <summary>How to run; what is not said here is as the session and the experiment have it.</summary>
    public RunOptions Options { get; init; } = new();
    public string? Gpu { get; init; }

    /// <summary>Go on where the last run stopped.</summary>
    public bool TakeOver { get; init; }
}

/// <summary>What became of a start.</summary>
internal abstract record StartResult
{
    public sealed record Started(string State) : StartResult;

    public sealed record NotFound : StartResult;

    public sealed record AlreadyRunning : StartResult;

    /// <summary>Something has to be done first, or cannot be done; the sentence says what.</summary>
    public sealed record Refused(string Sentence) : StartResult;
}
