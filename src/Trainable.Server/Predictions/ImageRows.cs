using System.IO.Compression;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Predictions;

/// <summary>Rows from images, one or a zip archive of them, by the same program that made the dataset's rows of images.</summary>
internal sealed class ImageRows(TrainableHome home, DatasetOptions options, ImageReader reader)
{
    private const string Called = "The table of images";

    /// <param name="body">The image or the archive.</param>
    /// <param name="name">What the one image is called, with its ending; null for an archive.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UserFacingException">There is no image in it, one cannot be read, or it is too large (413, 422).</exception>
    public async Task<CsvRows> ReceiveAsync(Stream body, string? name, CancellationToken cancellation)
    {
        var folder = CsvRows.MakeFolder(home);
        try
        {
            var images = ImageReader.MakeFolder(folder);
            var names = name is null
                ? await UnpackAsync(body, folder, images, cancellation)
                : await KeepAsync(body, name, images, cancellation);
            var read = await reader.ReadAsync(images, folder, cancellation);
            if (read.Unreadable is [var first, ..])
                throw PredictionRefusals.Unprocessable(
                    $"{ShownText.Cut(names.GetValueOrDefault(first, first))} cannot be read as an image: it is damaged, too large or none. Leave it out."
                );
            var table = Path.Combine(folder, "images.csv");
            read.Write(
                table,
                [ImageUpload.ImageColumn],
                names.ToLookup(name => name.Key, name => new[] { name.Value }, StringComparer.Ordinal),
                cancellation
            );
            return CsvRows.FromFile(folder, table, Called, options, cancellation, shown: 1);
        }
        catch
        {
            TreeRemoval.Delete(folder);
            throw;
        }
    }

    private async Task<Dictionary<string, string>> KeepAsync(
        Stream body,
        string name,
        string images,
        CancellationToken cancellation
    )
    {
        var file = NameOf(0, name);
        await ReceivedBody.SaveAsync(body, Path.Combine(images, file), options.MaxUploadBytes, cancellation);
        return new Dictionary<string, string> { [file] = name };
    }

    /// <summary>The archive's images under names of the host's own, in their order; what is no image is passed over.</summary>
    private async Task<Dictionary<string, string>> UnpackAsync(
        Stream body,
        string folder,
        string images,
        CancellationToken cancellation
    )
    {
        var packed = Path.Combine(folder, "received.zip");
        await ReceivedBody.SaveAsync(body, packed, options.MaxUploadBytes, cancellation);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var unpackedBytes = 0L;
        try
        {
            await using var archive = await ZipFile.OpenReadAsync(packed, cancellation);
            foreach (var entry in ZipUpload.Files(archive).Where(entry => ImageFile.Is(entry.Name)))
            {
                if (names.Count == options.MaxFiles)
                    throw new UserFacingException(
                        $"The archive has more than {options.MaxFiles:N0} images. Send fewer at a time.",
                        StatusCodes.Status413PayloadTooLarge
                    );
                var file = NameOf(names.Count, entry.Name);
                var path = Path.Combine(images, file);
                await using (var unpacked = await entry.OpenAsync(cancellation))
                    unpackedBytes = await ReceivedBody.SaveAsync(
                        unpacked,
                        path,
                        options.MaxUploadBytes,
                        cancellation,
                        unpackedBytes
                    );
                names.Add(file, entry.FullName);
            }
        }
        catch (InvalidDataException broken)
        {
            throw ZipUpload.Damaged("The archive", broken);
        }
        File.Delete(packed);
        return names.Count > 0
            ? names
            : throw PredictionRefusals.Unprocessable("There is no image in the archive. Pack the images to predict.");
    }

    private static string NameOf(int index, string name) => $"{index:D6}{Path.GetExtension(name).ToLowerInvariant()}";
}
