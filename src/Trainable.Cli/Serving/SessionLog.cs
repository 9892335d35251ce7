using System.Runtime.CompilerServices;
using Trainable.Cli.Api;
using Trainable.Contracts;

namespace Trainable.Cli.Serving;

/// <summary>A session's events up to an end: of what there is, or of the run that goes on in it.</summary>
internal sealed class SessionLog(HomeServer server, TimeProvider clock)
{
    /// <summary>Told once per outage, with a sentence for the person.</summary>
    public Action<string>? Interrupted { get; init; }

    /// <summary>
    /// The events after <paramref name="after"/>, with live text between them; ends with the last there is, or when
    /// <paramref name="follow"/> asks for it with the end of the run, however many stages that has.
    /// </summary>
    public async IAsyncEnumerable<StreamEvent> ReadAsync(
        Guid session,
        long after,
        bool follow,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var (lastSeq, goesOn) = await StandAsync(session, follow, cancellation);
        if (lastSeq <= after && !goesOn)
            yield break;
        var follower = new SessionFollower(server, clock) { Interrupted = Interrupted };
        await foreach (var item in follower.FollowAsync(session, after, cancellation))
        {
            yield return item;
            if (item.Seq is not { } seq || seq < lastSeq)
                continue;
            // A stage's end and the start of the one that follows it are one entry: who sees the first can ask for the second.
            var ends = item.Type == EventTypes.ChatEnded;
            if (goesOn && (ends || (EventData.StateOf(item) is { } state && !SessionStates.IsRunning(state))))
                (lastSeq, goesOn) = await StandAsync(session, follow, cancellation);
            if (!goesOn && seq >= lastSeq)
                yield break;
        }
    }

    private async Task<(long LastSeq, bool GoesOn)> StandAsync(
        Guid session,
        bool follow,
        CancellationToken cancellation
    )
    {
        var detail = await server.AskAsync(api => api.GetSessionAsync(session, cancellation), cancellation);
        var runs =
            SessionStates.IsRunning(detail.State) || detail.Activity is Activities.Chatting or Activities.Waiting;
        return (detail.LastSeq, follow && runs);
    }
}
