namespace Trainable.Cli.Terminal;

/// <summary>How far an upload is, in a line.</summary>
internal static class SendingLine
{
    public static TextLine Of(long sent, long total) =>
        TextLine
            .Of("  ● ", Tone.Running)
            .Add($"sending the data  {Words.Bytes(sent)} of {Words.Bytes(total)}")
            .Add($"  {Percent(sent, total)} %", Tone.Quiet);

    public static int Percent(long sent, long total) => (int)(100 * sent / Math.Max(1, total));
}
