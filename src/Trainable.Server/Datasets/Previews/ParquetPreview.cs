using System.Buffers.Binary;
using DuckDB.NET.Data;
using Trainable.Contracts;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Previews;

/// <summary>
/// A Parquet file of which only the beginning and the end are there. Its description stands at the end, its rows before it:
/// columns and the number of rows are always told, the first rows where the beginning holds all of them.
/// </summary>
internal sealed class ParquetPreview(TableDatabase database, string path)
{
    private const int RowsShown = 50;
    private const int ColumnsShown = 200;
    private const int TrailerBytes = 8;
    private const long LargestFile = 1L << 42;

    /// <exception cref="UserFacingException">Its end was not sent, or is damaged (422).</exception>
    public DatasetPreview Read(PreviewParts parts)
    {
        CheckTail(parts);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            // What was not sent is a hole, which takes no room.
            file.SetLength(parts.Size);
            file.Seek(-parts.Tail.Length, SeekOrigin.End);
            file.Write(parts.Tail);
        }
        var source = $"read_parquet({TableDatabase.Literal(path)})";
        try
        {
            var columns = database.Query(
                $"DESCRIBE SELECT * FROM {source}",
                row => (Name: row.GetString(0), Type: row.GetString(1))
            );
            var rows = database.Scalar<long>(
                $"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({TableDatabase.Literal(path)})"
            );
            var first = FirstRows(source, columns.Count);
            return new DatasetPreview
            {
                Name = parts.Name,
                Format = "parquet",
                Complete = false,
                Rows = rows,
                RowsRead = first.Count,
                Columns = [.. columns.Select((column, index) => Column(column.Name, column.Type, index, first))],
                FirstRows = first,
                Warnings = first.Count > 0 ? [] : ["The first rows lie deeper in the file than what was sent of it."],
            };
        }
        catch (DuckDBException broken)
        {
            throw TableFile.Refuse($"{parts.Name} is a damaged Parquet file. Write it again and upload it.", broken);
        }
    }

    private static void CheckTail(PreviewParts parts)
    {
        var tail = parts.Tail.AsSpan();
        if (tail.Length < TrailerBytes)
            throw TableFile.Refuse(
                $"{parts.Name} is a Parquet file, which says what is in it at its end. Send its last bytes too, as 'tail', or upload it."
            );
        if (!tail.EndsWith("PAR1"u8))
            throw TableFile.Refuse($"{parts.Name} is a cut Parquet file: its end is missing. Write it again.");
        if (parts.Size < tail.Length || parts.Size > LargestFile)
            throw TableFile.Refuse($"{parts.Name} cannot have {parts.Size:N0} bytes. Send its real size.");
        var footer = BinaryPrimitives.ReadUInt32LittleEndian(tail[^TrailerBytes..]) + TrailerBytes;
        if (footer > tail.Length)
            throw TableFile.Refuse(
                $"{parts.Name} describes itself in its last {ByteSize.Format(footer)}. Send as many bytes of it as 'tail', or upload it."
            );
    }

    private List<IReadOnlyList<string?>> FirstRows(string source, int columns)
    {
        var shown = Math.Min(columns, ColumnsShown);
        var neutral = string.Join(", ", Enumerable.Range(0, columns).Select(TableDatabase.Column));
        var cells = string.Join(", ", Enumerable.Range(0, shown).Select(at => $"left(c{at}::VARCHAR, 200)"));
        try
        {
            return database.Query(
                $"SELECT {cells} FROM {source} AS t({neutral}) LIMIT {RowsShown}",
                row =>
                    (IReadOnlyList<string?>)
                        [
                            .. Enumerable
                                .Range(0, shown)
                                .Select(at => row.IsDBNull(at) ? null : ShownText.Cut(row.GetString(at))),
                        ]
            );
        }
        catch (DuckDBException)
        {
            return []; // The hole reaches into them.
        }
    }

    private static PreviewColumn Column(string name, string type, int index, List<IReadOnlyList<string?>> rows) =>
        new()
        {
            Name = name,
            Type = TypeOf(type),
            Examples =
                index < ColumnsShown ? [.. rows.Select(row => row[index]).OfType<string>().Distinct().Take(3)] : [],
        };

    private static string TypeOf(string type) =>
        type switch
        {
            "BOOLEAN" => ColumnTypes.Boolean,
            "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" => ColumnTypes.Integer,
            "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" => ColumnTypes.Integer,
            "FLOAT" or "DOUBLE" => ColumnTypes.Number,
            "DATE" => ColumnTypes.Date,
            _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnTypes.Number,
            _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => ColumnTypes.Date,
            _ when type.StartsWith("ENUM", StringComparison.Ordinal) => ColumnTypes.Category,
            _ => ColumnTypes.Text,
        };
}
