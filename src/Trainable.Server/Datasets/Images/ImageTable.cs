using System.Text;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Datasets.Images;

/// <summary>
/// An image folder as a table: a row for each image, in the order of the images' neutral names, which is no order. The host
/// itself adds the labels, to rows that a sandbox made without knowing any.
/// </summary>
/// <param name="Path">The table as canonical CSV.</param>
/// <param name="Folder">The images under their neutral names.</param>
/// <param name="Names">The neutral name of each row's image.</param>
/// <param name="Note">What was read and what was left out, for the person.</param>
internal sealed record ImageTable(string Path, string Folder, IReadOnlyList<string> Names, string Note)
{
    /// <summary>Name of the folder of the working rows' images, beside their table.</summary>
    public const string FolderName = "images";

    /// <summary>Past this share of images that cannot be read, the upload is not what the person takes it for.</summary>
    private const double MostUnreadable = 0.1;

    private const int NamesTold = 3;

    /// <exception cref="UserFacingException">The images cannot be read, or too few of them (413, 422).</exception>
    public static async Task<ImageTable> MakeAsync(
        ImageUpload folder,
        string upload,
        string scratch,
        ImageReader reader,
        CancellationToken cancellation
    )
    {
        var files = ImageReader.MakeFolder(scratch);
        var images = folder.Images.ToLookup(image => ImageFile.NeutralName(image.File), StringComparer.Ordinal);
        foreach (var copies in images)
            HardLink.Make(
                System.IO.Path.Combine(upload, copies.First().File.Name),
                System.IO.Path.Combine(files, copies.Key)
            );
        var read = await reader.ReadAsync(files, scratch, cancellation);
        var unreadable = read.Unreadable.Distinct().SelectMany(name => images[name]).ToList();
        if (unreadable.Count > MostUnreadable * folder.Images.Count)
            throw TableFile.Refuse(
                $"{unreadable.Count:N0} of {folder.Images.Count:N0} images cannot be read, among them {Told(unreadable)}: they are damaged, or no images. Upload images alone."
            );
        var table = System.IO.Path.Combine(scratch, "images.csv");
        var names = read.Write(
            table,
            [ImageUpload.ImageColumn, .. folder.Columns],
            images
                .SelectMany(copies => copies.Select(image => (Name: copies.Key, image.Cells)))
                .ToLookup(row => row.Name, row => (string[])[row.Name, .. row.Cells], StringComparer.Ordinal),
            cancellation
        );
        return new ImageTable(table, files, names, NoteOn(folder, unreadable));
    }

    /// <summary>Copies the images of the rows that are not held to a folder of the working rows.</summary>
    public void CopyWorking(bool[]? held, string destination, CancellationToken cancellation)
    {
        var folder = TrainableHome.MakeReadable(System.IO.Path.Combine(destination, FolderName));
        foreach (var name in Names.Where((_, row) => held?[row] != true).Distinct(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            // A copy, because sandboxes see these files and a hard link would share one inode with the upload.
            File.Copy(System.IO.Path.Combine(Folder, name), System.IO.Path.Combine(folder, name));
        }
    }

    private static string NoteOn(ImageUpload folder, List<LabelledImage> unreadable)
    {
        const string numbers = "a row of numbers (its size, a small grey copy, its edges and colours).";
        var note = new StringBuilder(
            folder.Table is { } table
                ? $"{folder.Images.Count:N0} images that {ShownText.Cut(table)} names: its other columns say what is known of each, and each image is {numbers}"
                : $"{folder.Images.Count:N0} images in {folder.Labels:N0} folders: the name of its folder is an image's `{ImageUpload.LabelColumn}`, and each image is {numbers}"
        );
        if (folder.RowsWithoutImage > 0)
            note.Append($" Left out: {folder.RowsWithoutImage:N0} of its rows, which name no image of the upload.");
        if (folder.ImagesWithoutRow > 0)
            note.Append($" Left out: {folder.ImagesWithoutRow:N0} of the images, which it does not name.");
        if (unreadable.Count > 0)
            note.Append(
                $" Left out {(unreadable.Count == 1 ? "is one that" : $"are {unreadable.Count:N0} that")} cannot be read: {Told(unreadable)}."
            );
        if (folder.Others is [var other, ..])
            note.Append(
                $" {ShownText.Cut(other.Name)}{(folder.Others.Count > 1 ? $" and {folder.Others.Count - 1:N0} more are no images and are" : " is no image and is")} left out."
            );
        return note.ToString();
    }

    private static string Told(List<LabelledImage> images)
    {
        var names = string.Join(", ", images.Take(NamesTold).Select(image => ShownText.Cut(image.File.Name)));
        return images.Count > NamesTold ? $"{names} and {images.Count - NamesTold:N0} more" : names;
    }
}
