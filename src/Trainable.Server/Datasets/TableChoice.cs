using DuckDB.NET.Data;
using Trainable.Contracts;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>Which of several uploaded files are the table to learn from.</summary>
/// <param name="Parts">One file, or several with the same columns, in order.</param>
/// <param name="Beside">The rest.</param>
/// <param name="Note">Why, in a sentence for the person.</param>
/// <param name="Stem">What the working file is called, without its ending; null to call it after the one file.</param>
internal sealed record TableChoice(
    IReadOnlyList<UploadedFile> Parts,
    IReadOnlyList<UploadedFile> Beside,
    string? Note = null,
    string? Stem = null
);

/// <summary>
/// Finds the table to learn from: the file that the person named; or all files, where they have the same columns; or the largest
/// that has the target. Otherwise there is none, and the files are kept as they came.
/// </summary>
internal sealed class TableChooser(string folder, DatasetOptions options, TableDatabase database)
{
    /// <summary>So many are looked into.</summary>
    private const int MostFiles = 2_000;

    /// <exception cref="UserFacingException">There is no file of the name that was given (422).</exception>
    public TableChoice? Choose(IReadOnlyList<UploadedFile> files, ExperimentOptions wanted)
    {
        if (wanted.Main is { } main)
        {
            var chosen = Named(files, main);
            return new TableChoice([chosen], Without(files, [chosen]));
        }
        if (files.Count == 1)
            return new TableChoice(files, []);
        if (files.Count > MostFiles)
            return null;
        var tables = files.Select(file => (File: file, Table: ColumnsOf(file))).ToList();
        if (tables[0].Table is { } first && tables.TrueForAll(other => other.Table is { } table && first.IsLike(table)))
        {
            UploadedFile[] parts = [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];
            return new TableChoice(
                parts,
                [],
                $"The {parts.Length} files have the same columns: they are parts of one table, put together in the order of their names."
            );
        }
        if (wanted.Target is not { } target)
            return null;
        var withTarget = tables.Where(other => other.Table?.Columns.Contains(target) == true).ToList();
        if (withTarget.Count == 0)
            return null;
        var largest = withTarget.MaxBy(other => other.File.Size).File;
        var why = withTarget.Count == 1 ? "alone has" : "is the largest that has";
        return new TableChoice(
            [largest],
            Without(files, [largest]),
            $"{ShownText.Cut(largest.Name)} is the table to learn from, because it {why} the column `{ShownText.Cut(target)}`; the other {(files.Count == 2 ? "file lies" : $"{files.Count - 1} files lie")} beside it. Name another with 'main'."
        );
    }

    private static UploadedFile[] Without(IReadOnlyList<UploadedFile> files, UploadedFile[] chosen) =>
        [.. files.Except(chosen)];

    private static UploadedFile Named(IReadOnlyList<UploadedFile> files, string main)
    {
        if (files.FirstOrDefault(file => file.Name == main) is { } exact)
            return exact;
        var named = files.Where(file => Path.GetFileName(file.Name) == main).ToList();
        if (named is [var only])
            return only;
        var names = (named.Count > 1 ? named : files).Take(5).Select(file => $"'{ShownText.Cut(file.Name)}'");
        throw TableFile.Refuse(
            named.Count > 1
                ? $"The upload has {named.Count} files '{ShownText.Cut(main)}'. Name the main table with its folder, such as {string.Join(", ", names)}."
                : $"The main table '{ShownText.Cut(main)}' is not a file of the upload. It has {string.Join(", ", names)}{(files.Count > 5 ? $" and {files.Count - 5} more" : "")}."
        );
    }

    private sealed record FileColumns(TableFormat Format, IReadOnlyList<string> Columns)
    {
        public bool IsLike(FileColumns other) => Format == other.Format && Columns.SequenceEqual(other.Columns);
    }

    /// <summary>From the beginning of the file alone; null for what is not plainly a table.</summary>
    private FileColumns? ColumnsOf(UploadedFile file)
    {
        if (TableFile.Stem(file.Name) == Path.GetFileName(file.Name))
            return null;
        var path = Path.Combine(folder, file.Name);
        try
        {
            var (format, gzip) = TableFile.Recognise(path, file.Name);
            IReadOnlyList<string>? columns = format switch
            {
                TableFormat.Delimited => new DelimitedNormalizer(
                    file.Name,
                    new TextSource(path, gzip, options.MaxUploadBytes)
                ).ReadColumns(),
                TableFormat.Parquet => database.Query(
                    $"DESCRIBE SELECT * FROM read_parquet({TableDatabase.Literal(path)})",
                    row => row.GetString(0)
                ),
                _ => null,
            };
            return columns is null ? null : new FileColumns(format, columns);
        }
        catch (Exception none) when (none is UserFacingException or DuckDBException or InvalidDataException)
        {
            return null; // No table, then; whoever reads it says so if somebody asks for it.
        }
    }
}
