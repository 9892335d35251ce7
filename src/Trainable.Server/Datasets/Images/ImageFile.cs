namespace Trainable.Server.Datasets.Images;

/// <summary>Images by the endings of their names; whether they are ones, whoever opens them finds out.</summary>
internal static class ImageFile
{
    private const int LongestName = 20;

    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".webp",
        ".tif",
        ".tiff",
    };

    public static bool Is(string name) => Endings.Contains(Path.GetExtension(name));

    /// <summary>
    /// A name that says nothing but which content it is: neither what the image shows nor where it stood among the others.
    /// Copies of an image have one name.
    /// </summary>
    public static string NeutralName(UploadedFile file) =>
        $"{file.Sha256[..LongestName]}{Path.GetExtension(file.Name).ToLowerInvariant()}";
}
