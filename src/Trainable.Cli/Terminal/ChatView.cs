using Trainable.Cli.Api;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>What an agent says as it streams, and a line for each thing it does. All of it has been cleaned.</summary>
internal sealed class ChatView(TextWriter output, TimeProvider clock) : IRunView
{
    private const string Agent = "agent  ";
    private const string Person = "you    ";

    private readonly RunProgress _progress = new(Stages.All, clock);
    private readonly List<string> _sent = [];
    private readonly Lock _gate = new();
    private string? _messageId;
    private int _written;
    private bool _midLine;

    /// <summary>Takes note of what the person has just typed, which the terminal has shown.</summary>
    public void Sent(string text)
    {
        lock (_gate)
        {
            _sent.Add(text);
            _midLine = false;
        }
    }

    public void Show(StreamEvent item)
    {
        lock (_gate)
        {
            try
            {
                Read(item);
            }
            catch (Exception unreadable) when (EventData.IsUnreadable(unreadable))
            {
                // An event of another shape than ours: 'logs' shows it.
            }
            output.Flush();
        }
    }

    public void Notice(string sentence)
    {
        lock (_gate)
            Lines([TextLine.Of(CleanText.Line(sentence), Tone.Quiet)]);
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
            EndLine();
        return ValueTask.CompletedTask;
    }

    private void Read(StreamEvent item)
    {
        switch (item.Type)
        {
            case EventTypes.AgentMessageDelta:
                var delta = EventData.Read<AgentMessageDelta>(item);
                Stream(delta.MessageId, delta.Offset, delta.Text);
                break;
            case EventTypes.AgentMessage:
                var message = EventData.Read<AgentMessage>(item);
                Stream(message.MessageId, 0, message.Text);
                EndLine();
                _messageId = null;
                break;
            case EventTypes.UserMessage:
                var said = EventData.Read<UserMessage>(item).Content;
                if (!_sent.Remove(said))
                    Lines([TextLine.Of(Person, Tone.Quiet).Add(CleanText.Line(said))]);
                break;
            case EventTypes.StateChange:
                var change = EventData.Read<StateChanged>(item);
                var reason = change.Reason is { Length: > 0 } why ? $": {CleanText.Line(why)}" : "";
                Lines([TextLine.Of($"{CleanText.Line(Words.State(change.State))}{reason}", Tone.Strong)]);
                break;
            default:
                Lines(_progress.Apply(item));
                break;
        }
    }

    /// <summary>Writes what of a message's text has not been written yet; a reconnect sends the beginning again.</summary>
    private void Stream(string? messageId, int offset, string text)
    {
        if (_messageId is null || messageId != _messageId)
        {
            EndLine();
            (_messageId, _written) = (messageId ?? "", 0);
        }
        // A part that was missed comes with the whole message at its end.
        if (offset > _written)
            return;
        var fresh = text[Math.Min(_written - offset, text.Length)..];
        // The halves of a character beyond 16 bits may come in two pieces.
        if (fresh is [.., var last] && char.IsHighSurrogate(last))
            fresh = fresh[..^1];
        if (fresh.Length == 0)
            return;
        _written += fresh.Length;
        var indented = CleanText
            .Block(fresh)
            .Replace("\n", "\n" + new string(' ', Agent.Length), StringComparison.Ordinal);
        output.Write((_midLine ? "" : Agent) + indented);
        _midLine = true;
    }

    private void Lines(IReadOnlyList<TextLine> lines)
    {
        if (lines.Count == 0)
            return;
        EndLine();
        Views.Print(lines);
    }

    private void EndLine()
    {
        if (_midLine)
            output.WriteLine();
        _midLine = false;
    }
}
