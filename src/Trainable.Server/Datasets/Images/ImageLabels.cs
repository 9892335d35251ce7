using Trainable.Contracts;
using Trainable.Server.Datasets.Delimited;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Images;

/// <summary>Finds a table among images that names them, with what is known of each in its other columns.</summary>
/// <param name="upload">Where the files are.</param>
/// <param name="scratch">A folder for the time of it.</param>
/// <param name="options">How large a table may be.</param>
internal sealed class ImageLabels(string upload, string scratch, DatasetOptions options)
{
    /// <summary>Of a table's rows, that must name an image: a list of something else names few.</summary>
    private const double LeastNamed = 0.9;

    /// <summary>It is read whole; what names images is a line for each.</summary>
    private const long MostBytes = 64 << 20;

    private static readonly string[] Endings = [".csv", ".tsv"];

    /// <summary>Null where no table names the images, or where several do and nothing says which is meant.</summary>
    /// <exception cref="UserFacingException">A table cannot be read (422).</exception>
    public ImageUpload? Find(
        IReadOnlyList<UploadedFile> images,
        IReadOnlyList<UploadedFile> others,
        ExperimentOptions wanted,
        CancellationToken cancellation
    )
    {
        var found = others
            .Where(file => Endings.Contains(Path.GetExtension(file.Name), StringComparer.OrdinalIgnoreCase))
            .Where(file => file.Size is > 0 and <= MostBytes)
            .Where(file => wanted.Main is null || file.IsCalled(wanted.Main))
            .Select(file => Read(file, images, wanted.Target, cancellation))
            .OfType<ImageUpload>()
            .ToList();
        return found is [var one] ? one with { Others = [.. others.Where(file => file.Name != one.Table)] } : null;
    }

    private ImageUpload? Read(
        UploadedFile table,
        IReadOnlyList<UploadedFile> images,
        string? target,
        CancellationToken cancellation
    )
    {
        var (columns, rows) = Rows(table, cancellation);
        if (rows.Count == 0 || columns.Count < 2 || (target is not null && !columns.Contains(target)))
            return null;
        var named = Names(images);
        var key = Enumerable.Range(0, columns.Count).MaxBy(column => rows.Count(row => named.ContainsKey(row[column])));
        var labelled = rows.Where(row => named.ContainsKey(row[key]))
            .Select(row => new LabelledImage(named[row[key]], [.. Without(row, key)]))
            .ToList();
        if (labelled.Count < LeastNamed * rows.Count || columns[key] == target)
            return null;
        return new ImageUpload(labelled, [])
        {
            Columns = [.. Without(columns, key)],
            Table = table.Name,
            RowsWithoutImage = rows.Count - labelled.Count,
            ImagesWithoutRow = images.Count - labelled.DistinctBy(row => row.File.Name).Count(),
        };
    }

    private (IReadOnlyList<string> Columns, List<string[]> Rows) Rows(
        UploadedFile table,
        CancellationToken cancellation
    )
    {
        var canonical = Path.Combine(scratch, "labels.csv");
        var source = new TextSource(Path.Combine(upload, table.Name), gzip: false, options.MaxUploadBytes);
        var text = new DelimitedNormalizer(ShownText.Cut(table.Name), source, oneColumn: true).Write(
            canonical,
            cancellation
        );
        var rows = new List<string[]>();
        using (var input = File.OpenRead(canonical))
        {
            using var reader = new DelimitedReader(input, DelimitedDialect.Canonical);
            reader.Read();
            while (reader.Read() == RecordStatus.Record)
                rows.Add([.. Enumerable.Range(0, text.Columns.Count).Select(reader.Text)]);
        }
        File.Delete(canonical);
        return (text.Columns, rows);
    }

    /// <summary>What a row may call an image: its path from any folder on, or its name without the ending, where only one image has it.</summary>
    private static Dictionary<string, UploadedFile> Names(IReadOnlyList<UploadedFile> images) =>
        images
            .SelectMany(image =>
                Paths(image.Name)
                    .Append(Path.GetFileNameWithoutExtension(image.Name))
                    .Distinct(StringComparer.Ordinal)
                    .Select(name => (name, image))
            )
            .GroupBy(pair => pair.name, StringComparer.Ordinal)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().image, StringComparer.Ordinal);

    /// <summary><c>pets/train/1.png</c>, <c>train/1.png</c>, <c>1.png</c>: a table's own folder need not be the upload's.</summary>
    private static IEnumerable<string> Paths(string name)
    {
        var parts = name.Split('/');
        return parts.Select((_, from) => string.Join('/', parts[from..]));
    }

    private static IEnumerable<string> Without(IReadOnlyList<string> cells, int key) =>
        cells.Where((_, column) => column != key);
}
