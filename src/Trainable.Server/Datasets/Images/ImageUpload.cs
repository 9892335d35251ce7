using Trainable.Contracts;

namespace Trainable.Server.Datasets.Images;

/// <summary>
/// An upload of images that lie in folders, each of which is named after what its images show; or of images and a table that
/// names them.
/// </summary>
/// <param name="Images">Each image with its label, in the order of the upload; of a table, each row that names one.</param>
/// <param name="Others">Files that are neither.</param>
internal sealed record ImageUpload(IReadOnlyList<LabelledImage> Images, IReadOnlyList<UploadedFile> Others)
{
    /// <summary>The column that a folder's name becomes.</summary>
    public const string LabelColumn = "label";

    /// <summary>What is known of each image.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [LabelColumn];

    /// <summary>Name of the table that says so; null where folders do.</summary>
    public string? Table { get; init; }

    /// <summary>Rows of the table whose image is not among the files; they are left out.</summary>
    public int RowsWithoutImage { get; init; }

    /// <summary>Images that no row of the table names; they are left out.</summary>
    public int ImagesWithoutRow { get; init; }

    /// <summary>The column that names an image's file.</summary>
    public const string ImageColumn = "image";

    private const int LeastImages = 10;

    /// <summary>Folders with fewer images on average are names of something else, such as of persons or days.</summary>
    private const double LeastImagesOfLabel = 2;

    /// <summary>Of all files; the rest may be a licence or a note.</summary>
    private const double LeastShare = 0.9;

    /// <summary>Folders that say who is to learn from the images and not what they show.</summary>
    private static readonly HashSet<string> Splits = new(StringComparer.OrdinalIgnoreCase)
    {
        "train",
        "training",
        "test",
        "testing",
        "val",
        "valid",
        "validation",
    };

    /// <summary>Of folders: how many there are.</summary>
    public int Labels => Images.Select(image => image.Cells[0]).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Null where the upload is anything else, or the person has said how it is to be read.</summary>
    /// <param name="files">The upload.</param>
    /// <param name="wanted">What the person said.</param>
    /// <param name="tables">Looks for a table where folders say nothing.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ImageUpload? Find(
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        ImageLabels tables,
        CancellationToken cancellation
    )
    {
        if (wanted.Sheet is { Length: > 0 } || wanted.Holdout == HoldoutModes.Agent || files.Count < LeastImages)
            return null;
        var images = files.Where(file => ImageFile.Is(file.Name)).ToList();
        if (images.Count < LeastImages || images.Count < LeastShare * files.Count)
            return null;
        IReadOnlyList<UploadedFile> others = [.. files.Where(file => !ImageFile.Is(file.Name))];
        return (wanted.Main is null ? OfFolders(images, others) : null)
            ?? tables.Find(images, others, wanted, cancellation);
    }

    private static ImageUpload? OfFolders(List<UploadedFile> images, IReadOnlyList<UploadedFile> others)
    {
        var labels = images.ConvertAll(image => LabelOf(image.Name));
        if (!labels.TrueForAll(label => label.Length > 0 && !Splits.Contains(label)))
            return null;
        var folder = new ImageUpload(
            [.. images.Zip(labels, (image, label) => new LabelledImage(image, [label]))],
            others
        );
        return folder.Labels is > 1 and var count && images.Count >= LeastImagesOfLabel * count ? folder : null;
    }

    /// <summary>The target and the problem that the folders stand for, where the person named none; or a table's one column.</summary>
    public ExperimentOptions Fit(ExperimentOptions wanted)
    {
        if (Table is not null)
            return Columns is [var only] ? wanted with { Target = wanted.Target ?? only } : wanted;
        if (wanted.Target is not (null or LabelColumn))
            return wanted;
        var problem = Labels == 2 ? ProblemTypes.Binary : ProblemTypes.Multiclass;
        return wanted with { Target = LabelColumn, ProblemType = wanted.ProblemType ?? problem };
    }

    /// <summary>The folder that the image lies in; empty where it lies in none.</summary>
    private static string LabelOf(string name) => Path.GetFileName(Path.GetDirectoryName(name)) ?? "";
}

/// <param name="File">The image.</param>
/// <param name="Cells">What is known of it, in the order of <see cref="ImageUpload.Columns"/>.</param>
internal sealed record LabelledImage(UploadedFile File, IReadOnlyList<string> Cells);
