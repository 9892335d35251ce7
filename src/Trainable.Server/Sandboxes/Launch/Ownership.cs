using Microsoft.Win32.SafeHandles;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>
/// Gives a sandbox's own user its files, where the server is root. Walks by descriptors and never through a link: what
/// lies in a writable mount was put there by a hostile program.
/// </summary>
internal static class Ownership
{
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint ReadByAll = 0x124; // 0444
    private const uint EnterByAll = 0x16D; // 0555

    /// <summary>Makes the user the owner of everything beneath a directory that it may write to.</summary>
    public static void Claim(string directory, uint user)
    {
        using var parent = BeneathRoot.Open(directory);
        using var root = parent.OpenDirectory("").Handle;
        if (root is null)
            return;
        ClaimEntry(root, "", user);
        ClaimContents(root, user, depth: 0);
    }

    /// <summary>Makes the user the owner of each directory and the file on a path that the host may have just written.</summary>
    public static void ClaimPath(string directory, string relative, uint user)
    {
        using var root = BeneathRoot.Open(directory);
        var above = root.OpenDirectory("").Handle;
        foreach (var name in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var within = above;
            above = null;
            if (within is null)
                return;
            ClaimEntry(within, name, user);
            above = BeneathRoot.Open(within, name, FileKind.Directory).Handle;
        }
        above?.Dispose();
    }

    /// <summary>
    /// Lets every user read what a sandbox gets read-only. Nobody else on the host gains by it: the directories above
    /// are closed to all but root.
    /// </summary>
    public static void MakeReadable(string path)
    {
        var name = Path.GetFileName(path.TrimEnd('/'));
        using var root = BeneathRoot.Open(Path.GetDirectoryName(path.TrimEnd('/')) ?? "/");
        MakeReadable(root.OpenAny(name));
    }

    // Recursion and open descriptors both end a server that follows folders as deep as a script can nest them; what lies
    // deeper was made by the sandbox and is its own already.
    private static void ClaimContents(SafeFileHandle directory, uint user, int depth)
    {
        if (depth > DiskUsage.Deepest)
            return;
        foreach (var (name, kind) in DirectoryEntries.Read(directory))
        {
            ClaimEntry(directory, name, user);
            if (kind is not FileKind.Directory)
                continue;
            using var child = BeneathRoot.Open(directory, name, FileKind.Directory).Handle;
            if (child is not null)
                ClaimContents(child, user, depth + 1);
        }
    }

    private static void ClaimEntry(SafeFileHandle directory, string name, uint user)
    {
        var status = name is "" ? FileStatus.Of(directory) : FileStatus.Of(directory, name);
        if (status is not { } known || known.User == user)
            return;
        const int emptyPath = 0x1000; // AT_EMPTY_PATH: the directory itself
        if (Libc.ChangeOwnerAt(directory, name, user, user, name is "" ? emptyPath : NoFollow) != 0)
            throw Libc.Failure("A file could not be given to the sandbox's user");
    }

    private static void MakeReadable(Opened opened)
    {
        using var handle = opened.Handle;
        if (handle is null)
            return;
        var isDirectory = opened.Status.Kind is FileKind.Directory;
        var needed = opened.Status.Mode | (isDirectory ? EnterByAll : ReadByAll);
        if (needed != opened.Status.Mode && Libc.ChangeMode(handle, needed) != 0)
            throw Libc.Failure("A file could not be made readable for the sandbox's user");
        if (!isDirectory)
            return;
        foreach (var (name, kind) in DirectoryEntries.Read(handle))
        {
            var isReadable = FileStatus.Of(handle, name) is { } status && (status.Mode & ReadByAll) == ReadByAll;
            if (kind is FileKind.Directory || (kind is FileKind.Regular && !isReadable))
                MakeReadable(BeneathRoot.Open(handle, name, kind));
        }
    }
}
