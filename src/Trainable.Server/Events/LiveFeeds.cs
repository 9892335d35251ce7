using System.Collections.Concurrent;
using Trainable.Contracts;

namespace Trainable.Server.Events;

/// <summary>The live end of every session that is being followed, and one feed of what changes in the list of all.</summary>
internal sealed class LiveFeeds
{
    private readonly ConcurrentDictionary<Guid, SessionFeed> _feeds = new();

    /// <summary>The message each session is streaming now, with all of its text so far, whether or not anyone follows.</summary>
    private readonly ConcurrentDictionary<Guid, AgentMessageDelta> _partials = new();

    /// <summary>State changes of every session, and experiments and sessions that come, change and go.</summary>
    public SessionFeed Everything { get; } = new();

    /// <summary>Joins a session's feed; the feed lives while someone follows it.</summary>
    public FeedLease Follow(Guid session)
    {
        while (true)
        {
            var feed = _feeds.GetOrAdd(session, _ => new SessionFeed());
            if (feed.TryJoin())
                return new FeedLease(feed, () => Leave(session, feed));
        }
    }

    /// <summary>
    /// Tells followers of a transaction that is durable. Called by the log's one writer, in order. What one session got in it
    /// goes out together: a burst then costs each follower a few writes to its socket and not one an event.
    /// </summary>
    public void Publish(IReadOnlyList<(Append Append, Appended Written)> transaction)
    {
        foreach (
            var session in transaction.Where(one => one.Append.Events.Count > 0).GroupBy(one => one.Append.Session)
        )
        {
            if (session.Any(one => one.Append.Events.Any(EndsMessage)))
                _partials.TryRemove(session.Key, out _);
            if (_feeds.TryGetValue(session.Key, out var feed))
            {
                foreach (var segment in Segment.OfAppends(session.Key, session))
                    feed.Publish(segment);
            }
        }
        foreach (var (append, written) in transaction)
        {
            foreach (var draft in append.Events)
            {
                if (draft.Type == EventTypes.StateChange)
                    Everything.Publish(Segment.Of(append.Session, [draft], firstSeq: null, written.At));
            }
        }
    }

    /// <summary>Tells those who follow the list of a change of it that is committed. Such events are in no log.</summary>
    public void Announce(string type, ListChanged change, DateTime at) =>
        Everything.Publish(
            Segment.Of(
                change.SessionId,
                [EventDraft.Create(type, change, ContractJson.Default.ListChanged)],
                firstSeq: null,
                at
            )
        );

    /// <summary>What a session's message that is still streaming holds so far; null when none is.</summary>
    public AgentMessageDelta? Partial(Guid session) => _partials.GetValueOrDefault(session);

    /// <summary>Sends text that is not kept: a part of a message whose final event will hold all of it.</summary>
    public void PublishDelta(Guid session, AgentMessageDelta delta)
    {
        _partials.AddOrUpdate(
            session,
            delta,
            (_, sofar) => sofar.MessageId == delta.MessageId ? sofar with { Text = sofar.Text + delta.Text } : delta
        );
        if (_feeds.TryGetValue(session, out var feed))
            feed.Publish(Segment.OfDelta(session, delta));
    }

    /// <summary>Ends every stream of a session that has been deleted.</summary>
    public void Close(Guid session)
    {
        _partials.TryRemove(session, out _);
        if (_feeds.TryRemove(session, out var feed))
            feed.Close();
    }

    private static bool EndsMessage(EventDraft draft) =>
        draft.Type
            is EventTypes.AgentMessage
                or EventTypes.ModelRetry
                or EventTypes.StateChange
                or EventTypes.ChatEnded;

    private void Leave(Guid session, SessionFeed feed)
    {
        if (feed.Leave())
            _feeds.TryRemove(new KeyValuePair<Guid, SessionFeed>(session, feed));
    }
}

internal sealed class FeedLease(SessionFeed feed, Action leave) : IDisposable
{
    public SessionFeed Feed => feed;

    public void Dispose() => leave();
}
