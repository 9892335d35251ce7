using Trainable.Contracts;

namespace Trainable.Server.Datasets.Images;

/// <summary>An upload of images that lie in folders, each of which is named after what its images show.</summary>
/// <param name="Images">Each image with its label, in the order of the upload.</param>
/// <param name="Others">Files that are no images by their name.</param>
internal sealed record ImageFolder(IReadOnlyList<LabelledImage> Images, IReadOnlyList<UploadedFile> Others)
{
    /// <summary>The column that a folder's name becomes.</summary>
    public const string LabelColumn = "label";

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

    public int Labels => Images.Select(image => image.Label).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Null where the upload is anything else, or the person has said how it is to be read.</summary>
    public static ImageFolder? Find(IReadOnlyList<UploadedFile> files, ExperimentOptions wanted)
    {
        if (wanted.Main is not null || wanted.Sheet is { Length: > 0 } || wanted.Holdout == HoldoutModes.Agent)
            return null;
        if (files.Count < LeastImages)
            return null;
        var images = files
            .Where(file => ImageFile.Is(file.Name))
            .Select(file => new LabelledImage(file, LabelOf(file.Name)))
            .ToList();
        if (images.Count < LeastImages || images.Count < LeastShare * files.Count)
            return null;
        var folder = new ImageFolder(images, [.. files.Where(file => !ImageFile.Is(file.Name))]);
        var named = images.TrueForAll(image => image.Label.Length > 0 && !Splits.Contains(image.Label));
        return named && folder.Labels is > 1 and var labels && images.Count >= LeastImagesOfLabel * labels
            ? folder
            : null;
    }

    /// <summary>The target and the problem that the folders stand for, where the person named none.</summary>
    public ExperimentOptions Fit(ExperimentOptions wanted)
    {
        if (wanted.Target is not (null or LabelColumn))
            return wanted;
        var problem = Labels == 2 ? ProblemTypes.Binary : ProblemTypes.Multiclass;
        return wanted with { Target = LabelColumn, ProblemType = wanted.ProblemType ?? problem };
    }

    /// <summary>The folder that the image lies in; empty where it lies in none.</summary>
    private static string LabelOf(string name) => Path.GetFileName(Path.GetDirectoryName(name)) ?? "";
}

internal sealed record LabelledImage(UploadedFile File, string Label);
