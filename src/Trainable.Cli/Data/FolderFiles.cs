namespace Trainable.Cli.Data;

/// <summary>The files of a folder that are sent when the folder is.</summary>
internal static class FolderFiles
{
    // A link may lead anywhere and a dot file is rarely data; neither is followed or sent unasked.
    private static readonly EnumerationOptions Options = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint | FileAttributes.System,
    };

    /// <summary>Paths of all files below it, in one order on every machine.</summary>
    public static IEnumerable<string> Of(string folder) =>
        Directory.EnumerateFiles(folder, "*", Options).Order(StringComparer.Ordinal);
}
