using System.Text.Json.Serialization;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Datasets.Images;

/// <summary>
/// Makes rows of numbers of images by <c>python/images</c>, in a sandbox of its own: decoders of images have had holes for as
/// long as there have been any. It sees neither labels nor the names that files had.
/// </summary>
internal sealed class ImageReader(FileConverter converter)
{
    /// <summary>A folder for the images to convert.</summary>
    public static string MakeFolder(string scratch) => TrainableHome.MakeReadable(Path.Combine(scratch, "images"));

    /// <param name="folder">The images, from <see cref="MakeFolder"/>, and nothing else.</param>
    /// <param name="scratch">A folder for what is written; the caller removes it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The table as text, which hostile code may have written, and names of files without a row.</returns>
    /// <exception cref="UserFacingException">The images take too long, or too much memory, to read (413, 422).</exception>
    public async Task<ReadImages> ReadAsync(string folder, string scratch, CancellationToken cancellation)
    {
        var work = TrainableHome.Make(Path.Combine(scratch, "converted"));
        var conversion = new Conversion
        {
            Name = "images",
            Input = folder,
            InputName = "files",
        };
        var answer = await converter.RunAsync(conversion, work, cancellation) switch
        {
            StepOutcome.Ok => FileConverter.ReadAnswer(work, ImagesJson.Default.ImagesAnswer),
            StepOutcome.OutOfMemory or StepOutcome.FileLimit or StepOutcome.DiskLimit => throw new UserFacingException(
                "The images need more memory or disk to read than they may have. Upload smaller or fewer ones.",
                StatusCodes.Status413PayloadTooLarge
            ),
            StepOutcome.Timeout => throw TableFile.Refuse(
                $"The images take longer than {FileConverter.Longest.TotalMinutes:0} minutes to read. Upload smaller or fewer ones."
            ),
            _ => null,
        };
        return answer?.Unreadable is { } unreadable
            ? new ReadImages(work, unreadable)
            : throw TableFile.Refuse(
                "The images could not be read: one of them stops the program that opens them. Upload them in smaller groups to find it."
            );
    }
}

internal sealed record ImagesAnswer(IReadOnlyList<string>? Unreadable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImagesAnswer))]
internal sealed partial class ImagesJson : JsonSerializerContext;
