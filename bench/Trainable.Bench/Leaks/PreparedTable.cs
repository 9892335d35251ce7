using System.Globalization;
using System.Text;
using Trainable.Server.Datasets;

namespace Trainable.Bench.Leaks;

/// <summary>Prepared rows as Prep leaves them: numbers, and the target `y` beside them.</summary>
internal static class PreparedTable
{
    /// <param name="file">The Parquet file to make.</param>
    /// <param name="rows">Numbers, as many in each.</param>
    /// <param name="labels">A target for each row; null for none.</param>
    public static void Write(string file, IReadOnlyList<double[]> rows, IEnumerable<string>? labels)
    {
        var text = new StringBuilder();
        var header = Enumerable.Range(0, rows[0].Length).Select(column => $"n{column}");
        text.AppendJoin(',', labels is null ? header : header.Append("y")).Append('\n');
        foreach (var (row, label) in rows.Zip(labels ?? rows.Select(_ => "")))
        {
            text.AppendJoin(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
            text.Append(labels is null ? "\n" : $",{label}\n");
        }
        var folder = Path.GetDirectoryName(file)!;
        var csv = Path.ChangeExtension(file, ".csv");
        File.WriteAllText(csv, text.ToString());
        using var database = TableDatabase.Open(new TableAccess([folder], folder, 1L << 28), CancellationToken.None);
        var columns = Enumerable.Range(0, rows[0].Length).Select(column => $"n{column}::DOUBLE AS n{column}");
        database.Execute(
            $"COPY (SELECT {string.Join(", ", labels is null ? columns : columns.Append("y"))} FROM read_csv({TableDatabase.Literal(csv)}, all_varchar = true))"
                + $" TO {TableDatabase.Literal(file)} (FORMAT parquet)"
        );
        File.Delete(csv);
    }
}
