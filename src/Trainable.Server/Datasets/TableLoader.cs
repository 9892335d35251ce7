using DuckDB.NET.Data;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Datasets.Workbooks;
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
    /// <param name="sheet">What became of it, where it is a workbook.</param>
    public LoadedTable Load(string path, string name, bool cut = false, ConvertedSheet? sheet = null)
    {
        var (format, gzip) = TableFile.Recognise(path, name);
        var table = format switch
        {
            TableFormat.Parquet => LoadParquet([(path, name)]),
            TableFormat.Json => LoadDelimited(
                [(new JsonTable(database, scratch, options).Write(path, name, gzip), name)],
                gzip: false,
                known: DelimitedDialect.Canonical
            ) with
            {
                Source = new TableSource { Format = "json", Gzip = gzip },
            },
            TableFormat.Workbook when sheet is null => throw TableFile.Refuse(
                $"{name} is an Excel workbook, of which only the main table's is read. Save its sheet as CSV and upload that."
            ),
            TableFormat.Workbook => LoadDelimited(
                [(sheet.Path, $"The sheet '{ShownText.Cut(sheet.Sheet)}' of {name}")],
                gzip: false,
                known: DelimitedDialect.Canonical
            ) with
            {
                Source = new TableSource
                {
                    Format = "excel",
                    Sheet = sheet.Sheet,
                    Sheets = sheet.Sheets,
                },
            },
            _ => LoadDelimited([(path, name)], gzip, cut),
        };
        return Check(table, name);
    }

    /// <summary>The table of an image folder (<see cref="Images.ImageTable"/>).</summary>
    /// <exception cref="UserFacingException">It is none: the program that opens the images wrote something else (422).</exception>
    public LoadedTable LoadImages(string path)
    {
        const string name = "The table of images";
        var table = LoadDelimited([(path, name)], gzip: false, known: DelimitedDialect.Canonical);
        return Check(table with { Source = new TableSource { Format = TableSource.ImagesFormat } }, name);
    }

    /// <summary>Files with the same columns as one table, in the order given.</summary>
    /// <exception cref="UserFacingException">One of them cannot be read, or has other columns after all (413, 422).</exception>
    public LoadedTable LoadParts(IReadOnlyList<(string Path, string Name)> parts)
    {
        var (format, gzip) = TableFile.Recognise(parts[0].Path, parts[0].Name);
        var table = format == TableFormat.Parquet ? LoadParquet(parts) : LoadDelimited(parts, gzip);
        return Check(table, $"The table of {parts.Count} parts");
    }

    private static LoadedTable Check(LoadedTable table, string name)
    {
        if (table.Rows < LeastRows)
            throw TableFile.Refuse(
                table.Rows == 0
                    ? $"{name} has a header and no rows. Upload a table with rows."
                    : $"{name} has a single row. A model needs rows to learn from and rows to be measured on."
            );
        return table;
    }

    private LoadedTable LoadDelimited(
        IReadOnlyList<(string Path, string Name)> parts,
        bool gzip,
        bool cut = false,
        DelimitedDialect? known = null
    )
    {
        var normalized = Path.Combine(scratch, "normalized.csv");
        NormalizedText? whole = null;
        foreach (var (path, name) in parts)
        {
            // Each part may be packed and written in a way of its own.
            var packed = parts.Count == 1 ? gzip : TableFile.Recognise(path, name).Gzip;
            var source = new TextSource(path, packed, options.MaxUploadBytes);
            var destination = whole is null ? normalized : Path.Combine(scratch, "part.csv");
            var text = new DelimitedNormalizer(name, source, cut, known).Write(destination, cancellation);
            whole = whole is null ? text : Join(whole, text, name, normalized, destination);
        }
        ReadNormalized(whole!, normalized);
        return new LoadedTable
        {
            Database = database,
            Columns = whole!.Columns,
            Rows = whole.Rows,
            Source = new TableSource
            {
                Format = "csv",
                Encoding = whole.Encoding,
                Delimiter = whole.Dialect.DelimiterName,
                Escape = whole.Dialect.Escape == DelimitedDialect.Quote ? "doubled quote" : "backslash",
                Gzip = gzip,
            },
            Normalized = normalized,
        };
    }

    private static NormalizedText Join(
        NormalizedText whole,
        NormalizedText part,
        string name,
        string normalized,
        string written
    )
    {
        if (!whole.Columns.SequenceEqual(part.Columns))
            throw TableFile.Refuse($"{name} has other columns than the parts before it. Upload parts with one header.");
        using (var source = File.OpenRead(written))
        using (var header = new DelimitedReader(source, DelimitedDialect.Canonical))
        using (var destination = new FileStream(normalized, FileMode.Append, FileAccess.Write))
        {
            header.Read();
            source.Position = header.Raw.Length + 1;
            source.CopyTo(destination);
        }
        File.Delete(written);
        return whole with
        {
            Rows = whole.Rows + part.Rows,
            LongestRecord = Math.Max(whole.LongestRecord, part.LongestRecord),
        };
    }

    private LoadedTable LoadParquet(IReadOnlyList<(string Path, string Name)> parts)
    {
        var (path, name) = parts[0];
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
            var neutral = string.Join(", ", Enumerable.Range(0, columns.Length).Select(TableDatabase.Column));
            // A NaN is a missing value to pandas, whose Parquet files hold both.
            var values = string.Join(
                ", ",
                described.Select(
                    (column, i) =>
                        column.Type is "DOUBLE" or "FLOAT"
                            ? $"CASE WHEN NOT isnan(c{i}) THEN c{i} END AS c{i}"
                            : $"c{i}"
                )
            );
            var selects = parts.Select(part =>
                $"SELECT {values} FROM read_parquet({TableDatabase.Literal(part.Path)}) AS t({neutral})"
            );
            database.Execute($"CREATE TABLE {LoadedTable.Name} AS {string.Join(" UNION ALL ", selects)}");
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
            throw DamagedParquet(parts.FirstOrDefault(part => !EndsWhole(part.Path), parts[0]), broken);
        }
    }

    private static UserFacingException DamagedParquet((string Path, string Name) file, DuckDBException broken) =>
        TableFile.Refuse(
            EndsWhole(file.Path)
                ? $"{file.Name} is a damaged Parquet file. Write it again and upload it."
                : $"{file.Name} is a cut Parquet file: its end is missing. Copy or write it again and upload it.",
            broken
        );

    /// <summary>Whether the last bytes are those of a whole Parquet file.</summary>
    private static bool EndsWhole(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> end = stackalloc byte[4];
        if (file.Length < 2 * end.Length)
            return false;
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        return end.SequenceEqual("PAR1"u8);
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
