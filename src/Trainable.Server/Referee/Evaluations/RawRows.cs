using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Delimited;

namespace Trainable.Server.Referee.Evaluations;

/// <summary>
/// The raw values of the rows that were measured, as text, a list a column. A missing value is null. They stand in the order
/// of the sealed test set.
/// </summary>
internal sealed record RawRows(IReadOnlyList<string> Columns, IReadOnlyList<string?[]> Values)
{
    /// <summary>More cells than this are not read: slices of such a table would take longer than they are worth.</summary>
    private const long MostCells = 8_000_000;

    /// <summary>Reads what the host holds, or the sealed test set itself where the agent drew it.</summary>
    /// <param name="tables">Sees the file.</param>
    /// <param name="file">Canonical CSV or Parquet.</param>
    /// <param name="leftOut">Positions of rows in the file that have no target and so were not measured.</param>
    /// <param name="rows">How many rows were measured.</param>
    /// <returns>Null when there are too many cells, or the file does not hold the rows that were measured.</returns>
    public static RawRows? Read(TableDatabase tables, string file, IReadOnlySet<int> leftOut, int rows)
    {
        var table = file.EndsWith(".parquet", StringComparison.Ordinal)
            ? ReadParquet(tables, file)
            : ReadDelimited(file, rows + leftOut.Count);
        if (table is null || (table.Values.Count > 0 && table.Values[0].Length != rows + leftOut.Count))
            return null;
        if (leftOut.Count == 0)
            return table;
        return table with
        {
            Values = [.. table.Values.Select(values => values.Where((_, row) => !leftOut.Contains(row)).ToArray())],
        };
    }

    private static RawRows? ReadParquet(TableDatabase tables, string file)
    {
        var from = $"read_parquet({TableDatabase.Literal(file)})";
        var columns = tables.Query($"SELECT column_name FROM (DESCRIBE SELECT * FROM {from})", row => row.GetString(0));
        var rows = tables.Scalar<long>($"SELECT count(*) FROM {from}");
        if (rows * columns.Count > MostCells)
            return null;
        var values = columns.Select(_ => new string?[rows]).ToList();
        var next = 0;
        tables.ForEach(
            $"SELECT COLUMNS(*)::VARCHAR FROM {from}",
            row =>
            {
                for (var column = 0; column < columns.Count; column++)
                    values[column][next] = row.IsDBNull(column) ? null : row.GetString(column);
                next++;
            }
        );
        return new RawRows(columns, values);
    }

    private static RawRows? ReadDelimited(string file, int rows)
    {
        using var input = File.OpenRead(file);
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        if (reader.Read() != RecordStatus.Record || (long)rows * reader.Count > MostCells)
            return null;
        string[] columns = [.. Enumerable.Range(0, reader.Count).Select(reader.Text)];
        var values = columns.Select(_ => new List<string?>(rows)).ToArray();
        while (reader.Read() == RecordStatus.Record)
        {
            for (var column = 0; column < columns.Length; column++)
                values[column].Add(reader.Text(column) is var text && MissingValues.Contains(text) ? null : text);
        }
        return new RawRows(columns, [.. values.Select(list => list.ToArray())]);
    }
}
