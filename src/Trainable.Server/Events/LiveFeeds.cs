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

    /// <summary>Tells followers of events that are durable. Called by the log's one writer, in order.</summary>
    public void Publish(Append append, Appended written)
    {
        if (append.Events.Count == 0)
            return;
        if (append.Events.Any(EndsMessage))
            _partials.TryRemove(append.Session, out _);
        if (_feeds.TryGetValue(append.Session, out var feed))
            feed.Publish(Segment.Of(append.Session, append.Events, written.FirstSeq, written.At));
        foreach (var draft in append.Events)
        {
            if (draft.Type == EventTypes.StateChange)
                Everything.Publish(Segment.Of(append.Session, [draft], firstSeq: null, written.At));
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
        draft.Type is EventTypes.AgentMessage or EventTypes.ModelRetry or EventTypes.StateChange;

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
