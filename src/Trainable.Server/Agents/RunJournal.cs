using System.Text.Json.Serialization.Metadata;
using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Server.Agents;

/// <summary>Appends to the event log in the name of one run: every append carries its session and epoch.</summary>
internal sealed class RunJournal(EventLog log, LiveFeeds feeds, StageContext context)
{
    public Task<Appended> AppendAsync(IReadOnlyList<EventDraft> events, params IReadOnlyList<RowChange> changes) =>
        log.AppendAsync(
            new Append(context.SessionId)
            {
                Epoch = context.Epoch,
                Events = events,
                Changes = changes,
            }
        );

    public Task<Appended> AppendAsync<T>(
        string type,
        T data,
        JsonTypeInfo<T> json,
        params IReadOnlyList<RowChange> changes
    ) => AppendAsync([EventDraft.Create(type, data, json)], changes);

    /// <summary>Shows text as it streams; the final <c>agent_message</c> holds all of it.</summary>
    public void Stream(AgentMessageDelta delta) => feeds.PublishDelta(context.SessionId, delta);
}
