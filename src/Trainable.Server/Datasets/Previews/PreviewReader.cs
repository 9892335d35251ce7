using Trainable.Contracts;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Datasets.Previews;

/// <summary>
/// Shows what is in a file before it is uploaded, by the reader that will read it then: from its beginning, whose last line
/// may be cut. What it refuses, the upload would be refused for.
/// </summary>
internal sealed class PreviewReader(TrainableHome home, DatasetOptions options, WorkbookReader workbooks)
{
    private const int RowsShown = 50;
    private const int ColumnsShown = 200;
    private const int NamesTold = 5;
    private const int SheetRowsRead = 2_000;

    /// <exception cref="UserFacingException">The file is no table, or what was sent of it does not show one (413, 422).</exception>
    public async Task<DatasetPreview> ReadAsync(PreviewParts parts, CancellationToken cancellation)
    {
        var scratch = TrainableHome.Make(Path.Combine(home.Scratch, $"preview-{Guid.CreateVersion7():N}"));
        try
        {
            var path = Path.Combine(scratch, "file");
            await File.WriteAllBytesAsync(path, parts.Head, cancellation);
            var sheet = await ConvertAsync(parts, path, scratch, cancellation);
            return await Task.Run(() => Read(parts, path, sheet, scratch, cancellation), cancellation);
        }
        finally
        {
            TreeRemoval.Delete(scratch);
        }
    }

    private async Task<ConvertedSheet?> ConvertAsync(
        PreviewParts parts,
        string path,
        string scratch,
        CancellationToken cancellation
    )
    {
        if (Path.GetExtension(parts.Name).ToLowerInvariant() is not (".xlsx" or ".xlsm"))
            return null;
        if (!parts.Complete)
            throw TableFile.Refuse(
                $"{parts.Name} is a large Excel workbook: it is looked into when it is uploaded. Its first sheet with a table is taken unless you name one."
            );
        return WorkbookFile.Is(path)
            ? await workbooks.ConvertAsync(path, parts.Name, parts.Sheet, scratch, SheetRowsRead, cancellation)
            : null;
    }

    private DatasetPreview Read(
        PreviewParts parts,
        string path,
        ConvertedSheet? sheet,
        string scratch,
        CancellationToken cancellation
    )
    {
        if (parts.Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            throw TableFile.Refuse(
                $"{parts.Name} is unpacked when it is uploaded; what is in it cannot be shown before."
            );
        var (format, gzip) = TableFile.Recognise(path, parts.Name);
        var access = new TableAccess([scratch], scratch, options.MemoryBytes);
        using var database = TableDatabase.Open(access, cancellation);
        if (format == TableFormat.Parquet && !parts.Complete)
            return new ParquetPreview(database, path).Read(parts);
        var complete = parts.Complete && sheet is not { Cut: true };
        if (!parts.Complete)
            CutText.Prepare(path, format, gzip, options.MaxUploadBytes);
        var cut = !complete && format == TableFormat.Delimited;
        var table = new TableLoader(database, scratch, options, cancellation).Load(path, parts.Name, cut, sheet);
        var profiler = new TableProfiler(table);
        var profile = profiler.Profile(parts.Name);
        return new DatasetPreview
        {
            Name = parts.Name,
            Format = table.Source.Format,
            Sheet = sheet?.Sheet,
            Sheets = sheet?.Sheets,
            Dialect = DialectOf(table.Source, gzip),
            Complete = complete,
            Rows = complete ? table.Rows : null,
            RowsRead = table.Rows,
            Columns = [.. profile.Columns.Select(column => Column(column.Summary))],
            FirstRows = profiler.FirstRowsOf(RowsShown, ColumnsShown),
            Warnings = [.. Warnings(profile, complete)],
        };
    }

    public static PreviewColumn Column(ColumnSummary column) =>
        new()
        {
            Name = column.Name,
            Type = column.Type,
            Missing = column.Missing,
            Distinct = column.Distinct,
            Examples = column.Examples,
        };

    public static PreviewDialect? DialectOf(TableSource source, bool gzip) =>
        source.Delimiter is null ? null : new PreviewDialect(source.Delimiter, source.Escape, source.Encoding, gzip);

    private static IEnumerable<string> Warnings(TableProfile profile, bool complete)
    {
        var rows = complete ? "" : $" in the first {profile.Rows:N0} rows";
        var unnamed = profile.Columns.Where(column => column.Name.StartsWith("Unnamed: ", StringComparison.Ordinal));
        if (unnamed.Any())
            yield return $"{Named(unnamed)} without a name in the header.";
        var empty = profile.Columns.Where(column => column.Type == ColumnTypes.Empty);
        if (empty.Any())
            yield return $"{Named(empty)} without any value{rows}.";
        var constant = profile.Columns.Where(column => column is { Distinct: 1, Missing: 0 } && profile.Rows > 1);
        if (constant.Any())
            yield return $"{Named(constant)} with one and the same value everywhere{rows}.";
        if (profile.Columns.Count > ColumnsShown)
            yield return $"The table has {profile.Columns.Count:N0} columns; the rows shown here stop at {ColumnsShown}.";
    }

    private static string Named(IEnumerable<ColumnProfile> columns)
    {
        var all = columns.ToList();
        var names = string.Join(", ", all.Take(NamesTold).Select(column => $"`{ShownText.Cut(column.Name)}`"));
        var more = all.Count > NamesTold ? $" and {all.Count - NamesTold:N0} more" : "";
        return $"{(all.Count == 1 ? "1 column" : $"{all.Count:N0} columns")} ({names}{more})";
    }
}
