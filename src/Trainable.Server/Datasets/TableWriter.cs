using Trainable.Server.Datasets.Delimited;

namespace Trainable.Server.Datasets;

/// <summary>Writes the rows of a table into two files, in their order: those held and those left to work on.</summary>
internal static class TableWriter
{
    private const int BufferBytes = 1 << 20;

    /// <summary>The ending of the files that <see cref="Split"/> writes.</summary>
    public static string Extension(LoadedTable table) => table.Normalized is null ? ".parquet" : ".csv";

    /// <summary>Without flags in <paramref name="held"/> all rows are left to work on, and no held file is written.</summary>
    public static void Split(LoadedTable table, bool[]? held, string workingPath, string heldPath)
    {
        if (table.Normalized is { } text)
            SplitText(text, held, workingPath, heldPath);
        else
            SplitParquet(table, held, workingPath, heldPath);
    }

    private static void SplitText(string normalized, bool[]? held, string workingPath, string heldPath)
    {
        if (held is null)
        {
            File.Move(normalized, workingPath);
            return;
        }
        using var input = new FileStream(
            normalized,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            1,
            FileOptions.SequentialScan
        );
        using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
        using var working = Create(workingPath);
        using var kept = Create(heldPath);
        reader.Read();
        WriteLine(working, reader.Raw);
        WriteLine(kept, reader.Raw);
        for (var row = 0; reader.Read() == RecordStatus.Record; row++)
            WriteLine(held[row] ? kept : working, reader.Raw);
    }

    private static void SplitParquet(LoadedTable table, bool[]? held, string workingPath, string heldPath)
    {
        var columns = string.Join(
            ", ",
            table.Columns.Select((name, index) => $"{TableDatabase.Column(index)} AS {TableDatabase.Identifier(name)}")
        );
        if (held is null)
        {
            Copy("true", workingPath);
            return;
        }
        // One bit per row as a constant: a filter keeps the order of the rows, which a join would not.
        var bits = string.Create(
            held.Length,
            held,
            (text, flags) =>
            {
                for (var row = 0; row < flags.Length; row++)
                    text[row] = flags[row] ? '1' : '0';
            }
        );
        Copy($"get_bit('{bits}'::BIT, rowid::INTEGER) = 0", workingPath);
        Copy($"get_bit('{bits}'::BIT, rowid::INTEGER) = 1", heldPath);

        void Copy(string condition, string path) =>
            table.Database.Execute(
                $"COPY (SELECT {columns} FROM {LoadedTable.Name} WHERE {condition}) TO {TableDatabase.Literal(path)} (FORMAT parquet)"
            );
    }

    private static FileStream Create(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);

    private static void WriteLine(FileStream file, ReadOnlySpan<byte> record)
    {
        file.Write(record);
        file.WriteByte((byte)'\n');
    }
}
