using System.IO.Compression;
using Trainable.Cli.Data;
using Trainable.Server.Datasets.Images;

namespace Trainable.Cli.Commands;

/// <summary>What is to be predicted, as it is sent: a table, an image, or an archive of images.</summary>
internal sealed class PredictionInput : IDisposable
{
    private const string Zip = "application/zip";

    private PredictionInput(Stream content, string contentType, string? name = null) =>
        (Content, ContentType, Name) = (content, contentType, name);

    public Stream Content { get; }

    public string ContentType { get; }

    /// <summary>What an image is called.</summary>
    public string? Name { get; }

    /// <param name="path">A table, an image, a zip archive or a folder of images; '-' for a table on standard input.</param>
    /// <exception cref="CommandException">There is nothing of that name.</exception>
    public static PredictionInput Open(string path)
    {
        if (path == "-")
            return new PredictionInput(Console.OpenStandardInput(), "text/csv");
        if (Directory.Exists(path))
            return new PredictionInput(Pack(path), Zip);
        if (!File.Exists(path))
            throw new CommandException($"There is no file or folder '{path}'.", ExitCodes.Usage);
        var file = File.OpenRead(path);
        if (ImageFile.Is(path))
            return new PredictionInput(file, ImageFile.TypeOf(path), Path.GetFileName(path));
        var isArchive = Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase);
        return new PredictionInput(file, isArchive ? Zip : "text/csv");
    }

    public void Dispose() => Content.Dispose();

    /// <summary>The folder's images as an archive that is gone once it is closed. They are compressed already.</summary>
    private static FileStream Pack(string folder)
    {
        var packed = new FileStream(
            Path.Combine(Path.GetTempPath(), $"trainable-{Guid.NewGuid():N}.zip"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 17,
            FileOptions.DeleteOnClose
        );
        try
        {
            using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var file in Images(folder))
                    archive.CreateEntryFromFile(
                        file,
                        Path.GetRelativePath(folder, file),
                        CompressionLevel.NoCompression
                    );
            }
            packed.Position = 0;
            return packed;
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    /// <exception cref="CommandException">There is none.</exception>
    private static List<string> Images(string folder)
    {
        var images = FolderFiles.Of(folder).Where(ImageFile.Is).ToList();
        return images.Count > 0
            ? images
            : throw new CommandException($"The folder '{folder}' holds no images.", ExitCodes.Usage);
    }
}
