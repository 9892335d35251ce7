using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Delimited;

/// <summary>A delimited file written again in <see cref="DelimitedDialect.Canonical"/>: UTF-8, commas, LF, one header.</summary>
internal sealed record NormalizedText
{
    public required IReadOnlyList<string> Columns { get; init; }
    public required long Rows { get; init; }

    /// <summary>In bytes; DuckDB has to be told.</summary>
    public required int LongestRecord { get; init; }

    /// <summary>What it was written in before.</summary>
    public required DelimitedDialect Dialect { get; init; }
    public required string Encoding { get; init; }
}

/// <summary>
/// Reads delimited text of any dialect and encoding and writes it in one. Values keep their text ('007' stays '007'); only
/// quotes, separators and line ends change. What cannot be read for certain is refused with the line it stands on.
/// </summary>
/// <param name="file">What the file is called in sentences.</param>
/// <param name="source">Its text.</param>
/// <param name="cut">The text is the beginning of a longer one: its last record does not count, nor does it have to be whole.</param>
/// <param name="oneColumn">A table of a single column is one; there is nothing to learn from it, but something to predict.</param>
/// <param name="known">How it is written, where that need not be found out.</param>
internal sealed class DelimitedNormalizer(
    string file,
    TextSource source,
    bool cut = false,
    DelimitedDialect? known = null,
    bool oneColumn = false
)
{
    private const int SampleBytes = 1 << 20;

    private static readonly SearchValues<byte> NeedsQuotes = SearchValues.Create("\",\r\n"u8);

    /// <exception cref="UserFacingException">The text is no table, or a line of it is broken (422).</exception>
    public NormalizedText Write(string destination, CancellationToken cancellation)
    {
        try
        {
            return Write(destination, Detect(), cancellation);
        }
        catch (DecoderFallbackException) when (source.EncodingName == "utf-8")
        {
            source.FallBackToWindows1252();
            return Write(destination, Detect(), cancellation);
        }
        catch (InvalidDataException broken)
        {
            throw Refuse($"{file} is a damaged gzip file. Compress it again and upload it.", broken);
        }
    }

    /// <summary>The header's names, from the beginning of the text.</summary>
    /// <exception cref="UserFacingException">It does not begin as a table does (422).</exception>
    public IReadOnlyList<string> ReadColumns()
    {
        try
        {
            return ReadHeader();
        }
        catch (DecoderFallbackException) when (source.EncodingName == "utf-8")
        {
            source.FallBackToWindows1252();
            return ReadHeader();
        }
    }

    private IReadOnlyList<string> ReadHeader()
    {
        var dialect = Detect();
        using var text = source.Open();
        using var reader = new DelimitedReader(text, dialect);
        return Next(reader, columns: null) ? HeaderRow.Parse(file, ReadCells(reader)) : [];
    }

    private DelimitedDialect Detect()
    {
        var sample = source.Sample(SampleBytes, out var complete);
        var text = sample.AsSpan();
        if (text.Trim("\uFEFF \t\r\n"u8).IsEmpty)
            throw Refuse($"{file} is empty. Upload a table with a header and rows.");
        if (BinaryContent.LooksBinary(text))
            throw Refuse($"{file} is not a text table. Upload CSV, TSV, JSON or Parquet.");
        return known
            ?? DelimitedDialect.Detect(sample, complete && !cut)
            ?? (oneColumn ? DelimitedDialect.Canonical : (DelimitedDialect?)null)
            ?? throw Refuse(
                $"{file} has only one column: no comma, semicolon, tab or pipe separates its values. A table to learn from needs a target and at least one feature."
            );
    }

    private NormalizedText Write(string destination, DelimitedDialect dialect, CancellationToken cancellation)
    {
        using var text = source.Open();
        using var reader = new DelimitedReader(text, dialect);
        using var output = new FileStream(destination, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);

        if (!Next(reader, columns: null))
            throw Refuse($"{file} starts with a line longer than what was sent of it. Send more of it.");
        var first = ReadCells(reader);
        var columns = HeaderRow.Parse(file, first);
        WriteHeader(output, columns);

        var rows = 0L;
        var longest = reader.Raw.Length;
        while (Next(reader, columns))
        {
            if ((++rows & 0xFFFF) == 0)
                cancellation.ThrowIfCancellationRequested();
            longest = Math.Max(longest, WriteRecord(output, reader, dialect, columns.Count));
        }
        return new NormalizedText
        {
            Columns = columns,
            Rows = rows,
            LongestRecord = longest,
            Dialect = dialect,
            Encoding = source.EncodingName,
        };
    }

    private static string[] ReadCells(DelimitedReader reader) =>
        [.. Enumerable.Range(0, reader.Count).Select(reader.Text)];

    /// <summary>Reads a record and checks it; false at the end.</summary>
    private bool Next(DelimitedReader reader, IReadOnlyList<string>? columns)
    {
        var status = reader.Read();
        if (cut && (reader.AtEnd || status is RecordStatus.Unclosed))
            return false;
        switch (status)
        {
            case RecordStatus.End:
                return false;
            case RecordStatus.Unclosed:
                throw Refuse(
                    $"Line {reader.Line} of {file}: {ColumnOf(reader.Count, columns)} opens a quote that is never closed. {Advice}"
                );
            case RecordStatus.StrayQuote:
                throw Refuse(
                    $"Line {reader.Line} of {file}: {ColumnOf(reader.Count - 1, columns)} holds a quote that is not doubled. Write \"\" for a quote inside a quoted value and upload it again."
                );
            case RecordStatus.TooLong:
                throw Refuse(
                    $"Line {reader.Line} of {file} is longer than {ByteSize.Format(DelimitedReader.LongestRecord)}; most likely a quote is never closed. {Advice}"
                );
        }
        // One pass over bytes in the cache; the decoder's own exception says "these bytes are not UTF-8".
        if (!Utf8.IsValid(reader.Raw))
            throw new DecoderFallbackException();
        if (reader.Raw.Contains((byte)0))
            throw Refuse($"Line {reader.Line} of {file} holds a zero byte, so it is not a text table. {Advice}");
        if (columns is not null && reader.Count != columns.Count && !HasOnlyEmptyExtras(reader, columns.Count))
            throw Refuse(
                $"Line {reader.Line} of {file} has {Counted(reader.Count, "value")} where the header names {Counted(columns.Count, "column")}. {Ragged(reader.Count > columns.Count)}"
            );
        return true;
    }

    private const string Advice = "Mend that line and upload it again.";

    private static string Ragged(bool tooMany) =>
        tooMany
            ? "Quote a value that holds the delimiter, or remove title lines above the header, and upload it again."
            : "Add the missing delimiters to that line and upload it again.";

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string ColumnOf(int index, IReadOnlyList<string>? columns) =>
        columns is not null && index < columns.Count ? $"`{columns[index]}`" : $"value {index + 1}";

    /// <summary>Some programs end each row, but not the header, with a delimiter.</summary>
    private static bool HasOnlyEmptyExtras(DelimitedReader reader, int columns)
    {
        for (var i = columns; i < reader.Count; i++)
        {
            if (reader.Bytes(i).Length > 0)
                return false;
        }
        return reader.Count > columns;
    }

    private static void WriteHeader(Stream output, IReadOnlyList<string> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (i > 0)
                output.WriteByte((byte)',');
            WriteText(output, Encoding.UTF8.GetBytes(columns[i]));
        }
        output.WriteByte((byte)'\n');
    }

    private static int WriteRecord(Stream output, DelimitedReader reader, DelimitedDialect dialect, int columns)
    {
        if (reader.Count == columns && dialect.Delimiter == ',' && !reader.Raw.Contains(DelimitedDialect.Quote))
        {
            output.Write(reader.Raw);
            output.WriteByte((byte)'\n');
            return reader.Raw.Length + 1;
        }
        var start = output.Position;
        for (var i = 0; i < columns; i++)
        {
            if (i > 0)
                output.WriteByte((byte)',');
            var value = reader.Bytes(i);
            if (value.IndexOfAny(NeedsQuotes) < 0 && (!reader.IsQuoted(i) || dialect.Escape == DelimitedDialect.Quote))
                output.Write(value);
            else if (reader.IsQuoted(i) && dialect.Escape == DelimitedDialect.Quote)
                WriteQuoted(output, value);
            else
                WriteText(output, reader.IsQuoted(i) ? Encoding.UTF8.GetBytes(reader.Text(i)) : value);
        }
        output.WriteByte((byte)'\n');
        return (int)(output.Position - start);
    }

    private static void WriteText(Stream output, ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAny(NeedsQuotes) < 0)
        {
            output.Write(value);
            return;
        }
        output.WriteByte(DelimitedDialect.Quote);
        for (
            var quote = value.IndexOf(DelimitedDialect.Quote);
            quote >= 0;
            quote = value.IndexOf(DelimitedDialect.Quote)
        )
        {
            output.Write(value[..(quote + 1)]);
            output.WriteByte(DelimitedDialect.Quote);
            value = value[(quote + 1)..];
        }
        output.Write(value);
        output.WriteByte(DelimitedDialect.Quote);
    }

    /// <param name="output">Receives the value between quotes.</param>
    /// <param name="escaped">Has its quotes doubled already.</param>
    private static void WriteQuoted(Stream output, ReadOnlySpan<byte> escaped)
    {
        output.WriteByte(DelimitedDialect.Quote);
        output.Write(escaped);
        output.WriteByte(DelimitedDialect.Quote);
    }

    private static UserFacingException Refuse(string message, Exception? inner = null) =>
        new(message, StatusCodes.Status422UnprocessableEntity, inner);
}
