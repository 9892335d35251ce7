using System.Text.RegularExpressions;

namespace Trainable.Server.Datasets.Images;

/// <summary>Images by the endings of their names; whether they are ones, whoever opens them finds out.</summary>
internal static partial class ImageFile
{
    private const int LongestName = 20;

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".bmp"] = "image/bmp",
        [".webp"] = "image/webp",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
    };

    public static bool Is(string name) => Types.ContainsKey(Path.GetExtension(name));

    /// <summary>The content type of a file that <see cref="Is"/> an image by its name.</summary>
    public static string TypeOf(string name) => Types[Path.GetExtension(name)];

    /// <summary>Whether the name is one that <see cref="NeutralName"/> gives.</summary>
    public static bool IsNeutralName(string name) => Neutral().IsMatch(name) && Is(name);

    /// <summary>
    /// A name that says nothing but which content it is: neither what the image shows nor where it stood among the others.
    /// Copies of an image have one name.
    /// </summary>
    public static string NeutralName(UploadedFile file) =>
        $"{file.Sha256[..LongestName]}{Path.GetExtension(file.Name).ToLowerInvariant()}";

    [GeneratedRegex(@"\A[0-9a-f]{20}\.[a-z]{3,4}\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Neutral();
}
