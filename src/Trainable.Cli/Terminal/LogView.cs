using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>Writes a session's log, all of it or the types that were asked for.</summary>
internal sealed class LogView(LogLines lines, IReadOnlySet<string> types) : IRunView
{
    public void Show(StreamEvent item)
    {
        // A delta's text comes again, whole, in its message.
        if (item.Type == EventTypes.AgentMessageDelta)
            return;
        if (types.Count > 0 && !types.Contains(item.Type))
            lines.Follow(item);
        else
            Views.Print(lines.Of(item));
    }

    public void Notice(string sentence) => Console.Error.WriteLine(CleanText.Line(sentence));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
