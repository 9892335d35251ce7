using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Delimited;

namespace Trainable.Server.Referee.Files;

/// <summary>
/// Raw rows without the target, for a sandbox that may see features only; the target's values stay here, as text in row order.
/// </summary>
internal static class RawFeatures
{
    /// <summary>
    /// Writes the rows of <paramref name="source"/> (CSV as the host writes it, or Parquet) without the target to
    /// <paramref name="destination"/>, and returns the target's text of each row (null where it is missing).
    /// </summary>
    public static List<string?> Split(TableDatabase tables, string source, string target, string destination) =>
        source.EndsWith(".parquet", StringComparison.Ordinal)
            ? SplitParquet(tables, source, target, destination)
            : SplitCsv(source, target, destination);

    /// <summary>The name a features file gets, by the kind of its source.</summary>
    public static string FileName(string source) =>
        source.EndsWith(".parquet", StringComparison.Ordinal) ? "features.parquet" : "features.csv";

    private static List<string?> SplitParquet(TableDatabase tables, string source, string target, string destination)
    {
        var column = TableDatabase.Identifier(target);
        var from = $"read_parquet({TableDatabase.Literal(source)})";
        tables.Execute(
            $"COPY (SELECT * EXCLUDE ({column}) FROM {from}) TO {TableDatabase.Literal(destination)} (FORMAT parquet)"
        );
        return tables.Query($"SELECT {column}::VARCHAR FROM {from}", row => row.IsDBNull(0) ? null : row.GetString(0));
    }

    private static List<string?> SplitCsv(string source, string target, string destination)
    {
        var labels = new List<string?>();
        using var input = File.OpenRead(source);
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        using var output = new BufferedStream(File.Create(destination), 1 << 16);
        var skip = -1;
        while (reader.Read() == RecordStatus.Record)
        {
            if (skip < 0)
                skip = IndexOf(reader, target);
            else
            {
                var label = reader.Text(skip);
                labels.Add(MissingValues.Contains(label) ? null : label);
            }
            WriteWithout(output, reader, skip);
        }
        return labels;
    }

    private static int IndexOf(DelimitedReader header, string target)
    {
        for (var index = 0; index < header.Count; index++)
        {
            if (header.Text(index) == target)
                return index;
        }
        throw new InvalidOperationException($"The raw rows have no column '{target}'.");
    }

    private static void WriteWithout(Stream output, DelimitedReader record, int skip)
    {
        var first = true;
        for (var index = 0; index < record.Count; index++)
        {
            if (index == skip)
                continue;
            if (!first)
                output.WriteByte((byte)',');
            first = false;
            // The host wrote the source in one dialect, so a value can be passed on as it stands.
            if (record.IsQuoted(index))
                output.WriteByte((byte)'"');
            output.Write(record.Bytes(index));
            if (record.IsQuoted(index))
                output.WriteByte((byte)'"');
        }
        output.WriteByte((byte)'\n');
    }
}
