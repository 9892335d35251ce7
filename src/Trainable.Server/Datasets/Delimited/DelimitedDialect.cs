using System.Runtime.InteropServices;

namespace Trainable.Server.Datasets.Delimited;

/// <summary>How delimited text separates and quotes its values.</summary>
/// <param name="Delimiter">One ASCII byte.</param>
/// <param name="Escape">What stands before a quote inside a quoted value: another quote, or a backslash.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DelimitedDialect(byte Delimiter, byte Escape)
{
    public const byte Quote = (byte)'"';

    private const int RecordsRead = 500;

    /// <summary>What the host itself writes.</summary>
    public static readonly DelimitedDialect Canonical = new((byte)',', Quote);

    // In the order in which ties are broken.
    private static ReadOnlySpan<byte> Delimiters => ",;\t|"u8;

    public string DelimiterName =>
        Delimiter switch
        {
            (byte)',' => "comma",
            (byte)';' => "semicolon",
            (byte)'\t' => "tab",
            (byte)'|' => "pipe",
            _ => ((char)Delimiter).ToString(),
        };

    /// <summary>
    /// Picks the delimiter under which most records of the sample have as many values as the header, and the most of
    /// them. Null when under none of them a record has a second value.
    /// </summary>
    /// <param name="sample">The start of the text, UTF-8.</param>
    /// <param name="complete">Whether the sample is the whole text; otherwise its last record may be cut.</param>
    public static DelimitedDialect? Detect(ReadOnlyMemory<byte> sample, bool complete)
    {
        var backslashes = sample.Span.IndexOf("\\\""u8) >= 0;
        DelimitedDialect? best = null;
        var bestScore = (Consistency: 0.0, Columns: 1);
        foreach (var delimiter in Delimiters)
        {
            foreach (var escape in backslashes ? [Quote, (byte)'\\'] : new[] { Quote })
            {
                var candidate = new DelimitedDialect(delimiter, escape);
                var score = candidate.Score(sample, complete);
                if (score.Columns < 2 || score.CompareTo(bestScore) <= 0)
                    continue;
                (best, bestScore) = (candidate, score);
            }
        }
        return best;
    }

    /// <summary>The share of records with the usual number of values, and that number.</summary>
    private (double Consistency, int Columns) Score(ReadOnlyMemory<byte> sample, bool complete)
    {
        var counts = CountValues(sample, complete, out var broken);
        if (counts.Count == 0)
            return (0, 0);
        var usual =
            counts.Count == 1 ? counts[0] : counts.Skip(1).CountBy(count => count).MaxBy(pair => pair.Value).Key;
        var consistency = (double)counts.Count(count => count == usual) / counts.Count;
        // A header that disagrees with its rows is the mark of the wrong delimiter (a decimal comma, say).
        if (counts[0] != usual && counts[0] != usual - 1)
            consistency /= 2;
        return (broken ? consistency / 2 : consistency, Math.Max(usual, counts[0]));
    }

    private List<int> CountValues(ReadOnlyMemory<byte> sample, bool complete, out bool broken)
    {
        using var stream = new MemoryStream(sample.ToArray(), writable: false);
        using var reader = new DelimitedReader(stream, this);
        var counts = new List<int>();
        RecordStatus status;
        while ((status = reader.Read()) == RecordStatus.Record && counts.Count < RecordsRead)
            counts.Add(reader.Count);
        broken = status is RecordStatus.StrayQuote || (status is RecordStatus.Unclosed && complete);
        if (!complete && status == RecordStatus.End && counts.Count > 1)
            counts.RemoveAt(counts.Count - 1);
        return counts;
    }
}
