using System.Text;
using Trainable.Contracts;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Events;
using Trainable.Server.Platform;

namespace Trainable.Server.Mcp;

/// <summary>Waits until something is true of a session. It looks again when a run opens, ends, or asks something.</summary>
internal sealed class SessionWatch(LiveFeeds feeds, ExternalRuns runs)
{
    private static readonly byte[][] Telling =
    [
        .. new[]
        {
            EventTypes.StateChange,
            EventTypes.ChatEnded,
            EventTypes.Question,
            EventTypes.QuestionAnswered,
        }.Select(type => Encoding.UTF8.GetBytes($"\"type\":\"{type}\"")),
    ];

    public async Task UntilAsync(Guid session, Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        // Joined before the first look, so that nothing between the two is missed.
        using var lease = feeds.Follow(session);
        var position = lease.Feed.End;
        while (true)
        {
            var opened = runs.Opened;
            if (await isSo())
                return;
            while (true)
            {
                var batch = lease.Feed.Read(position);
                position = batch.Next;
                if (batch.Closed)
                    throw new UserFacingException("The session was deleted.");
                if (batch.Gap || batch.Segments.Exists(Tells) || opened.IsCompleted)
                    break;
                if (batch.Segments.Count == 0)
                    await Task.WhenAny(batch.Changed, opened).WaitAsync(cancellation);
            }
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static bool Tells(Segment segment) => Array.Exists(Telling, type => segment.Frames.Span.IndexOf(type) >= 0);
}
