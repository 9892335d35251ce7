namespace Trainable.Server.Metrics;

/// <summary>True when the line, which comes without its newline, was taken as an SDK line.</summary>
internal delegate bool LineTaker(ReadOnlySpan<byte> line);

/// <summary>
/// Cuts a byte stream into lines. Only a line that may be an SDK line is held back until it ends; everything else is passed
/// on as it comes, so that progress bars and endless lines are seen at once and cost no memory.
/// </summary>
internal sealed class LineSplitter
{
    private readonly List<byte> _held = [];
    private bool _atLineStart = true;
    private bool _holding;

    /// <summary>Splits one chunk: whole candidate lines go to <paramref name="line"/>, other bytes to <paramref name="text"/>.</summary>
    /// <param name="chunk">What was written.</param>
    /// <param name="line">Is asked of each candidate.</param>
    /// <param name="text">Receives ordinary output, in order.</param>
    public void Push(ReadOnlySpan<byte> chunk, LineTaker line, Action<ReadOnlySpan<byte>> text)
    {
        while (chunk.Length > 0)
        {
            if (_atLineStart && !_holding)
            {
                var blank = chunk.IndexOfAnyExcept(" \t"u8);
                _holding = blank < 0 || chunk[blank] == '{';
            }
            var end = chunk.IndexOf((byte)'\n');
            var part = end < 0 ? chunk : chunk[..(end + 1)];
            chunk = chunk[part.Length..];
            if (!_holding)
                text(part);
            else if (_held.Count == 0 && end >= 0)
                Release(part, line, text); // The common case: a whole line in one piece.
            else
                Hold(part, ended: end >= 0, line, text);
            _atLineStart = end >= 0;
            _holding &= !_atLineStart;
        }
    }

    /// <summary>Passes on what was held back when the stream ended without a newline.</summary>
    public void Finish(LineTaker line, Action<ReadOnlySpan<byte>> text)
    {
        if (_held.Count > 0)
            ReleaseHeld(line, text);
        _holding = false;
    }

    private void Hold(ReadOnlySpan<byte> part, bool ended, LineTaker line, Action<ReadOnlySpan<byte>> text)
    {
        _held.AddRange(part);
        if (ended)
            ReleaseHeld(line, text);
        else if (_held.Count > MetricLines.MaxLineBytes || StartsOtherwise())
        {
            text(_held.ToArray());
            _held.Clear();
            _holding = false;
        }
    }

    /// <summary>Blanks were held back, and what follows them is no brace after all.</summary>
    private bool StartsOtherwise()
    {
        foreach (var value in _held)
        {
            if (value is not ((byte)' ' or (byte)'\t'))
                return value != (byte)'{';
        }
        return false;
    }

    private void ReleaseHeld(LineTaker line, Action<ReadOnlySpan<byte>> text)
    {
        byte[] held = [.. _held];
        _held.Clear();
        Release(held, line, text);
    }

    private static void Release(ReadOnlySpan<byte> whole, LineTaker line, Action<ReadOnlySpan<byte>> text)
    {
        if (!line(whole is [.., (byte)'\n'] ? whole[..^1] : whole))
            text(whole);
    }
}
