using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes.Output;

internal sealed record OutputTextLimits
{
    /// <summary>Characters of the text that a model and a person are shown.</summary>
    public int Budget { get; init; } = 32 * 1024;
    public int LongestLine { get; init; } = 2_000;

    /// <summary>Bytes of output kept in the file that holds it whole.</summary>
    public long FileBytes { get; init; } = 256L << 20;
}

/// <summary>
/// A step's stdout and stderr as text to show: whole lines in the order they ended, head and tail of what is too long,
/// and everything in a file besides.
/// </summary>
/// <param name="limits">How much is kept.</param>
/// <param name="file">Takes the bytes as they came; null to keep none. The caller disposes it.</param>
/// <param name="filePath">How the text calls the file.</param>
internal sealed class StepOutputText(OutputTextLimits limits, Stream? file = null, string? filePath = null)
{
    private readonly HeadTailBuffer _text = new(limits.Budget);
    private readonly Dictionary<SandboxStream, LineText> _streams = [];

    public long Bytes { get; private set; }

    public long Lines => _text.Lines;

    /// <summary>Each line of either stream, as soon as it has ended.</summary>
    public Action<SandboxStream, string>? OnLine { get; init; }

    public void Append(StepOutput output)
    {
        var room = limits.FileBytes - Bytes;
        if (file is not null && room > 0)
            file.Write(output.Bytes.Span[..(int)Math.Min(room, output.Bytes.Length)]);
        Bytes += output.Bytes.Length;
        LinesOf(output.Stream).Append(output.Bytes.Span);
    }

    /// <summary>Ends both streams' last lines. Call once, before the text is read for good.</summary>
    public void Complete()
    {
        foreach (var stream in _streams.Values)
            stream.Complete();
        file?.Flush();
    }

    public override string ToString() => _text.Join(DescribeGap);

    private LineText LinesOf(SandboxStream stream)
    {
        if (!_streams.TryGetValue(stream, out var lines))
        {
            lines = new LineText(limits.LongestLine, line => Take(stream, line));
            _streams.Add(stream, lines);
        }
        return lines;
    }

    private void Take(SandboxStream stream, string line)
    {
        _text.Add(line);
        OnLine?.Invoke(stream, line);
    }

    private string DescribeGap(long lines)
    {
        var where = filePath is null
            ? ""
            : $"; the {(Bytes > limits.FileBytes ? "beginning" : "whole")} is in {filePath}";
        return $"… [{lines:N0} lines left out of {ByteSize.Format(Bytes)}{where}] …";
    }
}
