using Trainable.Cli.Api;

namespace Trainable.Cli.Data;

/// <summary>What DATA on the command line names, ready to be uploaded.</summary>
internal sealed record DataSource : IDisposable
{
    /// <summary>What the experiment is called unless the person says otherwise.</summary>
    public required string Name { get; init; }
    public required IReadOnlyList<UploadFile> Files { get; init; }
    public string Description { get; init; } = "";

    /// <summary>The column to predict, where the data's maker said so; null leaves it to the person or the agent.</summary>
    public string? Target { get; init; }

    /// <summary>A directory made for this upload alone.</summary>
    public string? Scratch { get; init; }

    public long Size => Files.Sum(file => file.Size);

    /// <summary>A file, or a folder with all the files below it.</summary>
    /// <exception cref="CommandException">There is nothing to upload there.</exception>
    public static DataSource FromPath(string path)
    {
        if (path.Length == 0)
            throw new CommandException(
                "DATA is empty; it takes a file, a folder, an s3:// address or sample:NAME.",
                ExitCodes.Usage
            );
        var full = Path.GetFullPath(path);
        if (File.Exists(full))
            return FromFile(full);
        if (Directory.Exists(full))
            return FromFolder(full);
        throw new CommandException(
            $"There is no file or folder '{path}'. For a ready-made dataset, see './trainable run sample:list'.",
            ExitCodes.Usage
        );
    }

    public void Dispose()
    {
        if (Scratch is not null && Directory.Exists(Scratch))
            Directory.Delete(Scratch, recursive: true);
    }

    private static DataSource FromFile(string path)
    {
        var file = Describe(path, Path.GetFileName(path));
        if (file.Size == 0)
            throw new CommandException($"'{path}' is empty. Pass a table with a header and rows.", ExitCodes.Usage);
        return new DataSource { Name = Path.GetFileNameWithoutExtension(path), Files = [file] };
    }

    private static DataSource FromFolder(string folder)
    {
        var files = FolderFiles
            .Of(folder)
            .Select(path => Describe(path, Path.GetRelativePath(folder, path)))
            .Where(file => file.Size > 0)
            .ToList();
        if (files.Count == 0)
            throw new CommandException($"The folder '{folder}' holds no files with data in them.", ExitCodes.Usage);
        return new DataSource { Name = new DirectoryInfo(folder).Name, Files = files };
    }

    private static UploadFile Describe(string path, string name)
    {
        try
        {
            using var readable = File.OpenHandle(path);
            return new UploadFile(path, name, RandomAccess.GetLength(readable));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' cannot be read: {refused.Message}", ExitCodes.Usage, refused);
        }
    }
}
