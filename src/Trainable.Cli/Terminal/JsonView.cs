using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>
/// One event a line, for programs. All of it is ASCII with control characters escaped, so it is safe on a terminal too.
/// Deltas are left out: the message that follows holds their whole text.
/// </summary>
internal sealed class JsonView(TextWriter output, IReadOnlySet<string>? types = null) : IRunView
{
    public void Show(StreamEvent item)
    {
        if (item.Type == EventTypes.AgentMessageDelta || types is { Count: > 0 } && !types.Contains(item.Type))
            return;
        output.WriteLine(JsonSerializer.Serialize(item, ContractJson.Default.StreamEvent));
        output.Flush();
    }

    /// <summary>Nothing but events and the summary belongs on stdout, and a program reads no sentences.</summary>
    public void Notice(string sentence) { }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
