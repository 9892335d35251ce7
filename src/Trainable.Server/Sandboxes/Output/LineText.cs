using System.Text;

namespace Trainable.Server.Sandboxes.Output;

/// <summary>
/// Turns the bytes of one stream into lines as a terminal would leave them: UTF-8 in whatever pieces it comes, a bare
/// carriage return starts the line again (so a progress bar leaves its last state), colour codes are dropped. Memory is
/// bounded by the longest line kept, whatever arrives.
/// </summary>
internal sealed class LineText(int longestLine, Action<string> onLine)
{
    private enum Mode
    {
        Text,

        /// <summary>A carriage return was the last character: what comes next decides what it meant.</summary>
        Returned,
        Escape,
        ControlSequence,
    }

    private const int Slice = 8 * 1024;

    // Replaces what is not UTF-8, and keeps a character that ends in the next chunk.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _characters = new char[Encoding.UTF8.GetMaxCharCount(Slice)];
    private readonly StringBuilder _line = new();
    private Mode _mode;
    private long _cut;

    /// <summary>The line that has no end yet, to be shown while it is being written.</summary>
    public string Pending => Finished();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var slice = bytes[..Math.Min(bytes.Length, Slice)];
            bytes = bytes[slice.Length..];
            Take(_characters.AsSpan(0, _decoder.GetChars(slice, _characters, flush: false)));
        }
    }

    /// <summary>Gives the last line, if it has no end of its own.</summary>
    public void Complete()
    {
        Take(_characters.AsSpan(0, _decoder.GetChars([], _characters, flush: true)));
        if (_line.Length > 0)
            End();
    }

    private void Take(ReadOnlySpan<char> characters)
    {
        foreach (var character in characters)
        {
            _mode = _mode switch
            {
                Mode.Escape => character is '[' ? Mode.ControlSequence : Mode.Text,
                Mode.ControlSequence => character is >= '@' and <= '~' ? Mode.Text : Mode.ControlSequence,
                _ => Write(character),
            };
        }
    }

    private Mode Write(char character)
    {
        switch (character)
        {
            case '\r':
                return Mode.Returned;
            case '\n':
                End();
                return Mode.Text;
            case '\e':
                return Mode.Escape;
        }
        if (_mode is Mode.Returned)
            Restart();
        if (char.IsControl(character) && character is not '\t')
            return Mode.Text;
        if (_line.Length < longestLine)
            _line.Append(character);
        else
            _cut++;
        return Mode.Text;
    }

    private void End()
    {
        onLine(Finished());
        Restart();
    }

    private void Restart()
    {
        _line.Clear();
        _cut = 0;
    }

    private string Finished() => _cut > 0 ? $"{_line} … [{_cut:N0} more characters]" : _line.ToString();
}
