using DuckDB.NET.Data;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>A table in a <see cref="TableDatabase"/>, and the file it was read from.</summary>
internal sealed record LoadedTable
{
    public required TableDatabase Database { get; init; }
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>As many as the file has.</summary>
    public required long Rows { get; init; }
    public required TableSource Source { get; init; }

    /// <summary>Path of the table as canonical CSV; null for Parquet.</summary>
    public string? Normalized { get; init; }

    /// <summary>The table's name in SQL.</summary>
    public const string Name = "rows";

    /// <summary>SQL of a column's value as text.</summary>
    public string TextOf(int column) =>
        Normalized is null ? $"{TableDatabase.Column(column)}::VARCHAR" : TableDatabase.Column(column);

    /// <summary>Takes the held rows out of the table, so that whatever is asked of it next is of working rows alone.</summary>
    public void Keep(bool[] held)
    {
        var bits = string.Create(
            held.Length,
            held,
            (text, flags) =>
            {
                for (var row = 0; row < flags.Length; row++)
                    text[row] = flags[row] ? '1' : '0';
            }
        );
        Database.Execute($"DELETE FROM {Name} WHERE get_bit('{bits}'::BIT, rowid::INTEGER) = 1");
    }

    public int? Find(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return i;
        }
        return null;
    }
}

/// <summary>Reads an uploaded file into a table of text (CSV, JSON) or of its own types (Parquet).</summary>
internal sealed class TableLoader(
    TableDatabase database,
    string scratch,
    DatasetOptions options,
    CancellationToken cancellation
)
{
    private const int LeastRows = 2;

    /// <exception cref="UserFacingException">The file is no table a model could learn from (413, 422).</exception>
    /// <param name="path">Where the file lies.</param>
    /// <param name="name">What it is called in sentences.</param>
    /// <param name="cut">It is the beginning of a longer text.</param>
    public LoadedTable Load(string path, string name, bool cut = false)
    {
        var (format, gzip) = TableFile.Recognise(path, name);
        var table = format switch
        {
            TableFormat.Parquet => LoadParquet(path, name),
            TableFormat.Json => LoadJson(path, name),
            _ => LoadDelimited(path, name, gzip, cut),
        };
        if (table.Rows < LeastRows)
            throw TableFile.Refuse(
                table.Rows == 0
                    ? $"{name} has a header and no rows. Upload a table with rows."
                    : $"{name} has a single row. A model needs rows to learn from and rows to be measured on."
            );
        return table;
    }

    private LoadedTable LoadDelimited(string path, string name, bool gzip, bool cut = false)
    {
        var source = new TextSource(path, gzip, options.MaxUploadBytes);
        var normalized = Path.Combine(scratch, "normalized.csv");
        var text = new DelimitedNormalizer(name, source, cut).Write(normalized, cancellation);
        ReadNormalized(text, normalized);
        return new LoadedTable
        {
            Database = database,
            Columns = text.Columns,
            Rows = text.Rows,
            Source = new TableSource
            {
                Format = "csv",
                Encoding = text.Encoding,
                Delimiter = text.Dialect.DelimiterName,
                Escape = text.Dialect.Escape == DelimitedDialect.Quote ? "doubled quote" : "backslash",
                Gzip = gzip,
            },
            Normalized = normalized,
        };
    }

    /// <summary>DuckDB writes the objects out as CSV, and from there on they are a table like any other.</summary>
    private LoadedTable LoadJson(string path, string name)
    {
        var written = Path.Combine(scratch, "json.csv");
        try
        {
            database.Execute(
                $"""
                COPY (
                    SELECT COLUMNS(*)->>'$'
                    FROM read_json({TableDatabase.Literal(path)}, maximum_depth = 1, sample_size = -1, records = true)
                ) TO {TableDatabase.Literal(written)} (FORMAT csv, HEADER)
                """
            );
        }
        catch (DuckDBException broken)
        {
            throw TableFile.Refuse(
                $"{name} could not be read as JSON: it has to be an array of flat objects, or one object a line. Mend it, or upload CSV.",
                broken
            );
        }
        var table = LoadDelimited(written, name, gzip: false);
        return table with { Source = new TableSource { Format = "json" } };
    }

    private LoadedTable LoadParquet(string path, string name)
    {
        var file = $"read_parquet({TableDatabase.Literal(path)})";
        try
        {
            var described = database.Query(
                $"DESCRIBE SELECT * FROM {file}",
                row => (Name: row.GetString(0), Type: row.GetString(1))
            );
            string[] columns = [.. described.Select(column => column.Name)];
            if (columns.Length < 2)
                throw TableFile.Refuse(
                    $"{name} has only one column. A table to learn from needs a target and at least one feature."
                );
            var neutral = Enumerable.Range(0, columns.Length).Select(TableDatabase.Column);
            // A NaN is a missing value to pandas, whose Parquet files hold both.
            var values = described.Select(
                (column, i) =>
                    column.Type is "DOUBLE" or "FLOAT" ? $"CASE WHEN NOT isnan(c{i}) THEN c{i} END AS c{i}" : $"c{i}"
            );
            database.Execute(
                $"CREATE TABLE {LoadedTable.Name} AS SELECT {string.Join(", ", values)} FROM {file} AS t({string.Join(", ", neutral)})"
            );
            var rows = database.Scalar<long>($"SELECT count(*) FROM {LoadedTable.Name}");
            return new LoadedTable
            {
                Database = database,
                Columns = columns,
                Rows = rows,
                Source = new TableSource { Format = "parquet" },
            };
        }
        catch (DuckDBException broken)
        {
            throw TableFile.Refuse($"{name} is a damaged Parquet file. Write it again and upload it.", broken);
        }
    }

    private void ReadNormalized(NormalizedText text, string path)
    {
        var columns = string.Join(", ", Enumerable.Range(0, text.Columns.Count).Select(i => $"'c{i}': 'VARCHAR'"));
        database.Execute(
            $$"""
            CREATE TABLE {{LoadedTable.Name}} AS SELECT * FROM read_csv({{TableDatabase.Literal(path)}},
                auto_detect = false, columns = { {{columns}} }, header = true, delim = ',', quote = '"', escape = '"',
                new_line = '\n', nullstr = {{MissingValues.SqlList}}, max_line_size = {{Math.Max(
                2 << 20,
                text.LongestRecord + 1024
            )}})
            """
        );
        var rows = database.Scalar<long>($"SELECT count(*) FROM {LoadedTable.Name}");
        if (rows != text.Rows)
            throw new InvalidOperationException($"The table has {rows} rows where its text has {text.Rows}.");
    }
}
