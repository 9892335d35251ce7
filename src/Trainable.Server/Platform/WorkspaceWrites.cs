using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Platform;

/// <summary>
/// The host's own writes below a directory that a sandbox writes to. The parent is opened beneath the directory without
/// following links, and the name is created anew or moved onto, so that a link planted there is replaced and never followed.
/// </summary>
internal static class WorkspaceWrites
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EnterableByAll =
        ReadableByAll | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes a file whole, in place of whatever had its name.</summary>
    /// <exception cref="UserFacingException">A directory on the path is something else than a directory.</exception>
    public static void Replace(string directory, string path, ReadOnlySpan<byte> content)
    {
        using var parent = Parent(directory, path);
        var draft = parent.Of($".{Guid.CreateVersion7():N}");
        using (var file = Create(draft))
            file.Write(content);
        File.Move(draft, parent.Of(Path.GetFileName(path)), overwrite: true);
    }

    /// <summary>Opens a new file for writing, in place of whatever had its name.</summary>
    public static FileStream Open(string directory, string path)
    {
        using var parent = Parent(directory, path);
        var file = parent.Of(Path.GetFileName(path));
        File.Delete(file);
        return Create(file);
    }

    public static void Delete(string directory, string path)
    {
        using var parent = Parent(directory, path);
        File.Delete(parent.Of(Path.GetFileName(path)));
    }

    private static FileStream Create(string file) =>
        new(
            file,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew, // O_EXCL: never through a link.
                Access = FileAccess.Write,
                Share = FileShare.Read,
                UnixCreateMode = ReadableByAll,
            }
        );

    /// <summary>The open parent directory; names in it are reached through its descriptor, whatever happens to its path.</summary>
    private static OpenParent Parent(string directory, string path)
    {
        var above = Path.GetDirectoryName(path) ?? "";
        var root = BeneathRoot.Open(directory);
        var opened = root.OpenDirectory(above);
        if (opened.Failure == OpenFailure.Missing && !above.Contains('/', StringComparison.Ordinal))
        {
            using var top = new OpenParent(root.OpenDirectory("").Handle!, null);
            Directory.CreateDirectory(top.Of(above), EnterableByAll);
            opened = root.OpenDirectory(above);
        }
        return opened.Handle is { } handle
            ? new OpenParent(handle, root)
            : throw new UserFacingException($"'{above}' in the session's workspace is no directory the host can write to.");
    }

    private sealed class OpenParent(Microsoft.Win32.SafeHandles.SafeFileHandle handle, BeneathRoot? root) : IDisposable
    {
        public string Of(string name) => $"/proc/self/fd/{handle.DangerousGetHandle()}/{name}";

        public void Dispose()
        {
            handle.Dispose();
            root?.Dispose();
        }
    }
}
