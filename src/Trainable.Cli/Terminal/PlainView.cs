using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>Finished lines only, without colour: for pipes, logs and terminals that cannot move their cursor.</summary>
internal sealed class PlainView(RunProgress progress, TextWriter output) : IRunView
{
    public void Show(StreamEvent item)
    {
        foreach (var line in progress.Apply(item))
            output.WriteLine(line.Text);
        output.Flush();
    }

    public void Notice(string sentence)
    {
        output.WriteLine(CleanText.Line(sentence));
        output.Flush();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
