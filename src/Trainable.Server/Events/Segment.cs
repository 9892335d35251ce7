using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Trainable.Contracts;

namespace Trainable.Server.Events;

/// <summary>
/// Some consecutive events of a session, written in one transaction, as the bytes that go out: rendered once, shared by all
/// followers.
/// <see cref="LastSeq"/> is null for what is not in the log (deltas, the feed of all states).
/// </summary>
internal sealed class Segment
{
    /// <summary>What a frame holds besides its data, at most.</summary>
    public const int FrameBytes = 224;

    /// <summary>Where a segment ends that could go on: what a socket takes in a write or two.</summary>
    private const int MostBytes = 64 * 1024;

    private Segment(ReadOnlyMemory<byte> frames, long? firstSeq, long? lastSeq)
    {
        Frames = frames;
        FirstSeq = firstSeq;
        LastSeq = lastSeq;
    }

    public ReadOnlyMemory<byte> Frames { get; }
    public long? FirstSeq { get; }
    public long? LastSeq { get; }

    /// <param name="session">Whose they are; null for what belongs to no session.</param>
    /// <param name="events">In order.</param>
    /// <param name="firstSeq">The first one's number; null for what is not in the log.</param>
    /// <param name="at">When the log took them in.</param>
    public static Segment Of(Guid? session, IReadOnlyList<EventDraft> events, long? firstSeq, DateTime? at)
    {
        var buffer = new ArrayBufferWriter<byte>(events.Sum(draft => draft.Data.Length + FrameBytes));
        for (var index = 0; index < events.Count; index++)
            WriteFrame(buffer, session, events[index].Type, events[index].Data.Span, firstSeq + index, at);
        return new Segment(buffer.WrittenMemory, firstSeq, firstSeq + events.Count - 1);
    }

    /// <summary>A session's appends of one transaction, in as few segments as their size allows; an append is never cut.</summary>
    public static IEnumerable<Segment> OfAppends(Guid session, IEnumerable<(Append Append, Appended Written)> appends)
    {
        var events = new List<EventDraft>();
        var bytes = 0;
        Appended first = default;
        foreach (var (append, written) in appends)
        {
            if (events.Count == 0)
                first = written;
            events.AddRange(append.Events);
            bytes += append.Events.Sum(draft => draft.Data.Length + FrameBytes);
            if (bytes < MostBytes)
                continue;
            yield return Of(session, events, first.FirstSeq, first.At);
            (events, bytes) = ([], 0);
        }
        if (events.Count > 0)
            yield return Of(session, events, first.FirstSeq, first.At);
    }

    public static Segment OfDelta(Guid session, AgentMessageDelta delta) =>
        Of(
            session,
            [EventDraft.Create(EventTypes.AgentMessageDelta, delta, ContractJson.Default.AgentMessageDelta)],
            firstSeq: null,
            at: null
        );

    /// <summary>
    /// One unnamed SSE event: <c>id: SEQ</c>, <c>data: {"type","data","seq","session_id","created_at"}</c>. Types are constants and
    /// <paramref name="data"/> is JSON without line breaks, so a frame cannot be broken by what is in it.
    /// </summary>
    public static void WriteFrame(
        IBufferWriter<byte> output,
        Guid? session,
        string type,
        ReadOnlySpan<byte> data,
        long? seq,
        DateTime? at
    )
    {
        if (seq is { } id)
        {
            output.Write("id: "u8);
            WriteNumber(output, id);
            output.Write("\n"u8);
        }
        output.Write("data: {\"type\":\""u8);
        var target = output.GetSpan(type.Length);
        output.Advance(System.Text.Encoding.ASCII.GetBytes(type, target));
        output.Write("\",\"data\":"u8);
        output.Write(data);
        if (seq is { } number)
        {
            output.Write(",\"seq\":"u8);
            WriteNumber(output, number);
        }
        if (session is { } whose)
        {
            output.Write(",\"session_id\":\""u8);
            whose.TryFormat(output.GetSpan(36), out var written);
            output.Advance(written);
            output.Write("\""u8);
        }
        if (at is { } time)
        {
            output.Write(",\"created_at\":\""u8);
            time.TryFormat(
                output.GetSpan(40),
                out var written,
                UtcDateTimeConverter.Format,
                CultureInfo.InvariantCulture
            );
            output.Advance(written);
            output.Write("\""u8);
        }
        output.Write("}\n\n"u8);
    }

    private static void WriteNumber(IBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out var written);
        output.Advance(written);
    }
}
