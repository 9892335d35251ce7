using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Delimited;

namespace Trainable.Server.Referee.Files;

/// <summary>
/// Raw values of a table as text, a list a column; a missing value is null.
/// </summary>
internal sealed record RawRows(IReadOnlyList<string> Columns, IReadOnlyList<string?[]> Values)
{
    /// <summary>More cells than this are not read: looking at them would take longer than it is worth.</summary>
    private const long MostCells = 8_000_000;

    public int Count => Values.Count == 0 ? 0 : Values[0].Length;

    /// <summary>Reads working rows; of a table with too many cells every second, third, … row.</summary>
    /// <param name="tables">Sees the file.</param>
    /// <param name="file">Canonical CSV or Parquet.</param>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="columns">How many columns it has.</param>
    public static RawRows Sample(TableDatabase tables, string file, long rows, int columns)
    {
        var step = (int)Math.Max(1, (rows * columns / MostCells) + (rows * columns % MostCells == 0 ? 0 : 1));
        return IsParquet(file) ? ReadParquet(tables, file, step) : ReadDelimited(file, step);
    }

    /// <summary>
    /// Reads the rows that were measured, in the order of the sealed test set: what the host holds, or the sealed test set
    /// itself where the agent drew it.
    /// </summary>
    /// <param name="tables">Sees the file.</param>
    /// <param name="file">Canonical CSV or Parquet.</param>
    /// <param name="leftOut">Positions of rows in the file that have no target and so were not measured.</param>
    /// <param name="rows">How many rows were measured.</param>
    /// <returns>Null when there are too many cells, or the file does not hold the rows that were measured.</returns>
    public static RawRows? Read(TableDatabase tables, string file, IReadOnlySet<int> leftOut, int rows)
    {
        var all = rows + leftOut.Count;
        var columns = IsParquet(file) ? ColumnsOf(tables, file).Count : HeaderOf(file).Length;
        if ((long)all * columns > MostCells)
            return null;
        var table = IsParquet(file) ? ReadParquet(tables, file, step: 1) : ReadDelimited(file, step: 1);
        if (table.Count != all)
            return null;
        if (leftOut.Count == 0)
            return table;
        return table with
        {
            Values = [.. table.Values.Select(values => values.Where((_, row) => !leftOut.Contains(row)).ToArray())],
        };
    }

    /// <summary>One column of every row; null where there is no such column.</summary>
    public static IReadOnlyList<string?>? Column(TableDatabase tables, string file, string name)
    {
        if (!IsParquet(file))
            return ReadDelimited(file, step: 1, [name]).Values is [var read] ? read : null;
        if (!ColumnsOf(tables, file).Contains(name, StringComparer.Ordinal))
            return null;
        return tables.Query(
            $"SELECT {TableDatabase.Identifier(name)}::VARCHAR FROM read_parquet({TableDatabase.Literal(file)})",
            row => row.IsDBNull(0) ? null : row.GetString(0)
        );
    }

    private static bool IsParquet(string file) => file.EndsWith(".parquet", StringComparison.Ordinal);

    private static List<string> ColumnsOf(TableDatabase tables, string file) =>
        tables.Query(
            $"SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet({TableDatabase.Literal(file)}))",
            row => row.GetString(0)
        );

    private static string[] HeaderOf(string file)
    {
        using var input = File.OpenRead(file);
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        return reader.Read() == RecordStatus.Record ? [.. Enumerable.Range(0, reader.Count).Select(reader.Text)] : [];
    }

    private static RawRows ReadParquet(TableDatabase tables, string file, int step)
    {
        var columns = ColumnsOf(tables, file);
        var values = columns.Select(_ => new List<string?>()).ToArray();
        var row = 0;
        tables.ForEach(
            $"SELECT COLUMNS(*)::VARCHAR FROM read_parquet({TableDatabase.Literal(file)})",
            reader =>
            {
                if (row++ % step != 0)
                    return;
                for (var column = 0; column < columns.Count; column++)
                    values[column].Add(reader.IsDBNull(column) ? null : reader.GetString(column));
            }
        );
        return new RawRows(columns, [.. values.Select(list => list.ToArray())]);
    }

    /// <param name="file">Canonical CSV.</param>
    /// <param name="step">Every which row.</param>
    /// <param name="only">The columns to read; all unless they are named.</param>
    private static RawRows ReadDelimited(string file, int step, IReadOnlyList<string>? only = null)
    {
        using var input = File.OpenRead(file);
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        (int Place, string Name)[] columns =
            reader.Read() == RecordStatus.Record
                ?
                [
                    .. Enumerable
                        .Range(0, reader.Count)
                        .Select(place => (place, Name: reader.Text(place)))
                        .Where(column => only is null || only.Contains(column.Name)),
                ]
                : [];
        var values = columns.Select(_ => new List<string?>()).ToArray();
        for (var row = 0; reader.Read() == RecordStatus.Record; row++)
        {
            if (row % step != 0)
                continue;
            foreach (var (index, (place, _)) in columns.Index())
                values[index].Add(reader.Text(place) is var text && MissingValues.Contains(text) ? null : text);
        }
        return new RawRows([.. columns.Select(column => column.Name)], [.. values.Select(list => list.ToArray())]);
    }
}
