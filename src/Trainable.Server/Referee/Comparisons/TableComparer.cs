using System.Globalization;
using DuckDB.NET.Data;
using Trainable.Server.Datasets;

namespace Trainable.Server.Referee.Comparisons;

/// <summary>Compares two Parquet tables cell by cell. Both must lie where no sandbox writes.</summary>
internal static class TableComparer
{
    /// <summary>What differs first; null when every cell is the same.</summary>
    /// <param name="tables">A database that may read both files.</param>
    /// <param name="original">The original's table.</param>
    /// <param name="replay">The replay's.</param>
    public static string? Find(TableDatabase tables, string original, string replay)
    {
        try
        {
            var (ours, theirs) = (Columns(tables, original), Columns(tables, replay));
            if (!ours.SequenceEqual(theirs))
                return Columns(ours, theirs);
            var (rows, others) = (Count(tables, original), Count(tables, replay));
            if (rows != others)
                return $"{others:N0} rows, where the original has {rows:N0}";
            return ours.Count == 0 || rows == 0 ? null : Cells(tables, original, replay, ours);
        }
        catch (DuckDBException)
        {
            return "one of the two cannot be read as a table";
        }
    }

    private static string? Cells(
        TableDatabase tables,
        string original,
        string replay,
        List<(string Name, string Type)> columns
    )
    {
        var differing = columns.Select(column => TableDatabase.Identifier(column.Name)).ToList();
        var counts = string.Join(
            ", ",
            differing.Select(name => $"count(*) FILTER (WHERE a.{name} IS DISTINCT FROM b.{name})")
        );
        var pair = $"{Source(original)} a JOIN {Source(replay)} b ON a.file_row_number = b.file_row_number";
        var found = tables.Query($"SELECT [{counts}] FROM {pair}", row => row.GetFieldValue<List<long>>(0))[0];
        var column = found.FindIndex(count => count > 0);
        if (column < 0)
            return null;
        var (name, number) = (differing[column], found[column]);
        var first = tables.Query(
            $"SELECT a.file_row_number, CAST(a.{name} AS VARCHAR), CAST(b.{name} AS VARCHAR) FROM {pair}"
                + $" WHERE a.{name} IS DISTINCT FROM b.{name} ORDER BY 1 LIMIT 1",
            row => (Row: row.GetInt64(0), Ours: Text(row, 1), Theirs: Text(row, 2))
        )[0];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"column '{ShownText.Cut(columns[column].Name)}' differs in {number:N0} rows, first in row {first.Row + 1:N0}: {first.Theirs}, where the original has {first.Ours}"
        );
    }

    private static string Text(System.Data.Common.DbDataReader row, int column) =>
        row.IsDBNull(column) ? "nothing" : $"'{ShownText.Cut(row.GetString(column))}'";

    private static string Columns(List<(string Name, string Type)> ours, List<(string Name, string Type)> theirs)
    {
        if (ours.Count != theirs.Count)
            return $"{theirs.Count:N0} columns, where the original has {ours.Count:N0}";
        var at = Enumerable.Range(0, ours.Count).First(index => ours[index] != theirs[index]);
        return $"column {at + 1} is '{ShownText.Cut(theirs[at].Name)}' ({theirs[at].Type}), where the original has "
            + $"'{ShownText.Cut(ours[at].Name)}' ({ours[at].Type})";
    }

    private static List<(string Name, string Type)> Columns(TableDatabase tables, string file) =>
        tables.Query(
            $"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({TableDatabase.Literal(file)}))",
            row => (row.GetString(0), row.GetString(1))
        );

    private static long Count(TableDatabase tables, string file) =>
        tables.Scalar<long>($"SELECT count(*) FROM read_parquet({TableDatabase.Literal(file)})");

    private static string Source(string file) => $"read_parquet({TableDatabase.Literal(file)}, file_row_number = true)";
}
