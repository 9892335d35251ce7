using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>Finished lines only, without colour: for pipes, logs and terminals that cannot move their cursor.</summary>
internal sealed class PlainView(RunProgress progress, TextWriter output) : IRunView
{
    private int _tenthsSent = -1;

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

    public void Sending(long sent, long total)
    {
        var tenths = SendingLine.Percent(sent, total) / 10;
        if (tenths <= _tenthsSent)
            return;
        _tenthsSent = tenths;
        output.WriteLine(SendingLine.Of(sent, total).Text);
        output.Flush();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
