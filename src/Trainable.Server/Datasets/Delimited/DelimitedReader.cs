using System.Buffers;
using System.Text;

namespace Trainable.Server.Datasets.Delimited;

internal enum RecordStatus
{
    Record,
    End,

    /// <summary>A quoted value is not closed before the text ends.</summary>
    Unclosed,

    /// <summary>Text follows a closing quote: a quote inside a quoted value was not doubled.</summary>
    StrayQuote,

    /// <summary>A record is longer than <see cref="DelimitedReader.LongestRecord"/>; most often a quote was never closed.</summary>
    TooLong,
}

/// <summary>
/// Reads delimited UTF-8 text record by record, as RFC 4180 has it and as pandas reads it: quotes count only at the start
/// of a value (spaces before them are skipped), any of LF, CRLF and CR ends a record, blank lines are skipped, a byte-order
/// mark is ignored. Values are slices of one buffer and are valid until the next read.
/// </summary>
internal sealed class DelimitedReader(Stream stream, DelimitedDialect dialect) : IDisposable
{
    public const int LongestRecord = 256 << 20;

    private readonly SearchValues<byte> _endsValue = SearchValues.Create([dialect.Delimiter, (byte)'\n', (byte)'\r']);
    private readonly SearchValues<byte> _insideQuotes = SearchValues.Create([DelimitedDialect.Quote, dialect.Escape]);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
    private Value[] _values = new Value[64];
    private int _start;
    private int _end;
    private bool _streamEnded;
    private bool _begun;
    private bool _anyQuoted;
    private int _nextLine = 1;

    /// <summary>Where a value lies in the buffer, without its quotes.</summary>
    private readonly record struct Value(int Offset, int Length, bool Quoted);

    /// <summary>Number of values of the record.</summary>
    public int Count { get; private set; }

    /// <summary>The line, counted from 1, on which the record starts.</summary>
    public int Line { get; private set; }

    /// <summary>Whether nothing follows the record.</summary>
    public bool AtEnd => _streamEnded && _start == _end;

    /// <summary>The record as it stands in the text, without the end of its line.</summary>
    public ReadOnlySpan<byte> Raw => _buffer.AsSpan(RawStart, RawLength);

    private int RawStart { get; set; }
    private int RawLength { get; set; }

    public RecordStatus Read()
    {
        while (true)
        {
            Line = _nextLine;
            Count = 0;
            _anyQuoted = false;
            var status = Parse(out var consumed);
            if (consumed < 0)
            {
                if (!Fill())
                    return RecordStatus.TooLong;
                continue;
            }
            if (status != RecordStatus.Record)
                return status;
            RawStart = _start;
            _nextLine += CountLines(consumed);
            _start += consumed;
            if (Count > 1 || !IsBlank(_values[0]))
                return status;
        }
    }

    public ReadOnlySpan<byte> Bytes(int index) => _buffer.AsSpan(_values[index].Offset, _values[index].Length);

    public bool IsQuoted(int index) => _values[index].Quoted;

    /// <summary>The value with its escapes undone.</summary>
    public string Text(int index)
    {
        var text = Encoding.UTF8.GetString(Bytes(index));
        if (!IsQuoted(index))
            return text;
        return dialect.Escape == DelimitedDialect.Quote ? text.Replace("\"\"", "\"") : WithoutBackslashes(text);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Parses one record from the buffer; <paramref name="consumed"/> is -1 when its end is not there yet.</summary>
    private RecordStatus Parse(out int consumed)
    {
        var position = _start;
        consumed = -1;
        if (!_begun && !_streamEnded && _end - _start < 3)
            return RecordStatus.Record;
        if (!_begun && _buffer.AsSpan(_start, _end - _start).StartsWith("\uFEFF"u8))
            _start = position += 3;
        _begun = true;
        if (position == _end && _streamEnded)
        {
            consumed = 0;
            return RecordStatus.End;
        }
        while (true)
        {
            var status = ParseValue(ref position);
            if (status is not RecordStatus.Record)
            {
                consumed = _streamEnded || status == RecordStatus.StrayQuote ? 0 : -1;
                return status;
            }
            if (position < _end && _buffer[position] == dialect.Delimiter)
            {
                position++;
                continue;
            }
            return EndRecord(position, out consumed);
        }
    }

    private RecordStatus EndRecord(int position, out int consumed)
    {
        consumed = -1;
        RawLength = position - _start;
        if (position < _end && _buffer[position] == '\r')
        {
            // A CR that is last in the buffer may be half of a CRLF.
            if (position + 1 == _end && !_streamEnded)
                return RecordStatus.Record;
            position += position + 1 < _end && _buffer[position + 1] == '\n' ? 2 : 1;
        }
        else if (position < _end)
        {
            position++;
        }
        else if (!_streamEnded)
        {
            return RecordStatus.Record;
        }
        consumed = position - _start;
        return RecordStatus.Record;
    }

    /// <summary>Parses a value and leaves the position on what ended it: delimiter, end of line, or end of buffer.</summary>
    private RecordStatus ParseValue(ref int position)
    {
        var rest = _buffer.AsSpan(position, _end - position);
        var spaces = rest.IndexOfAnyExcept((byte)' ');
        if (spaces >= 0 && rest[spaces] == DelimitedDialect.Quote)
        {
            position += spaces + 1;
            return ParseQuoted(ref position);
        }
        var length = rest.IndexOfAny(_endsValue);
        if (length < 0)
            length = rest.Length;
        Add(new Value(position, length, Quoted: false));
        position += length;
        return RecordStatus.Record;
    }

    private RecordStatus ParseQuoted(ref int position)
    {
        var opened = position;
        while (true)
        {
            var next = _buffer.AsSpan(position, _end - position).IndexOfAny(_insideQuotes);
            if (next < 0)
                return RecordStatus.Unclosed;
            position += next;
            var follows = position + 1 < _end ? _buffer[position + 1] : (byte)0;
            if (position + 1 == _end && !_streamEnded)
                return RecordStatus.Unclosed;
            if (_buffer[position] == dialect.Escape && follows == DelimitedDialect.Quote)
                position += 2;
            else if (_buffer[position] == dialect.Escape && dialect.Escape != DelimitedDialect.Quote)
                position += follows == dialect.Escape ? 2 : 1;
            else
                break;
        }
        Add(new Value(opened, position - opened, Quoted: true));
        _anyQuoted = true;
        position++;
        while (position < _end && _buffer[position] == ' ')
            position++;
        return position == _end || _endsValue.Contains(_buffer[position])
            ? RecordStatus.Record
            : RecordStatus.StrayQuote;
    }

    private static string WithoutBackslashes(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '"' or '\\')
                i++;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }

    private void Add(Value value)
    {
        if (Count == _values.Length)
            Array.Resize(ref _values, _values.Length * 2);
        _values[Count++] = value;
    }

    private bool IsBlank(Value value) =>
        !value.Quoted && _buffer.AsSpan(value.Offset, value.Length).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;

    private int CountLines(int consumed)
    {
        // Only a quoted value can hold a line of its own.
        return _anyQuoted ? Math.Max(1, _buffer.AsSpan(_start, consumed).Count((byte)'\n')) : 1;
    }

    /// <summary>Reads more behind the unfinished record; false when it has grown past what is allowed.</summary>
    private bool Fill()
    {
        var kept = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
            (_start, _end) = (0, kept);
        }
        if (kept == _buffer.Length)
        {
            if (kept >= LongestRecord)
                return false;
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        // Filled to the brim: a long record is parsed again after each fill, so small reads would make it quadratic.
        var wanted = _buffer.Length - _end;
        var read = stream.ReadAtLeast(_buffer.AsSpan(_end), wanted, throwOnEndOfStream: false);
        _streamEnded = read < wanted;
        _end += read;
        return true;
    }
}
