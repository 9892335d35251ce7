using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trainable.Server.Platform.Linux;

/// <summary>
/// Deletes what a sandbox wrote. <c>Directory.Delete</c> gives up on a name that is no text, on a path longer than the
/// kernel takes, and on a folder that is closed to its owner, all of which a script can leave behind; a server that
/// could not delete them could not start either.
/// </summary>
internal static partial class TreeRemoval
{
    private const int Deepest = DiskUsage.Deepest;
    private const int RemoveDirectory = 0x200; // AT_REMOVEDIR
    private const uint OwnerOnly = 0x1C0; // 0700

    /// <summary>Deletes a directory and all beneath it; nothing happens when it is not there. Nobody may write there meanwhile.</summary>
    /// <exception cref="IOException">Something could not be deleted.</exception>
    public static void Delete(string directory) => Remove(directory, itself: true);

    /// <summary>Deletes all beneath a directory, which stays; nothing happens when it is not there. Nobody may write there meanwhile.</summary>
    /// <exception cref="IOException">Something could not be deleted.</exception>
    public static void Empty(string directory) => Remove(directory, itself: false);

    private static void Remove(string directory, bool itself)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!Directory.Exists(full))
            return;
        using var root = BeneathRoot.Open(Path.GetDirectoryName(full)!);
        using var parent = root.OpenDirectory("").Handle ?? throw new IOException($"{full} could not be opened.");
        byte[] name = [.. Encoding.UTF8.GetBytes(Path.GetFileName(full)), 0];
        // Each round flattens what lies too deep to be followed. A descriptor lists its directory once: each round has its own.
        bool moved;
        do
        {
            using var top = itself ? Enter(parent, name) : Open(parent, name);
            moved = Empty(top, top, depth: 0);
        } while (moved);
        if (itself)
            RemoveEmpty(parent, name);
    }

    /// <returns>True when folders were moved up to <paramref name="top"/> and have yet to be emptied.</returns>
    private static bool Empty(SafeFileHandle folder, SafeFileHandle top, int depth)
    {
        var names = new List<byte[]>();
        DirectoryEntries.ReadNames(folder, names.Add);
        var moved = false;
        foreach (var name in names)
        {
            if (Unlink(folder, name, 0) == 0)
                continue;
            if (depth >= Deepest)
            {
                MoveUp(folder, name, top);
                moved = true;
                continue;
            }
            using (var child = Enter(folder, name))
                moved |= Empty(child, top, depth + 1);
            RemoveEmpty(folder, name);
        }
        return moved;
    }

    private static SafeFileHandle Enter(SafeFileHandle folder, byte[] name)
    {
        // Of something else than a folder this fails, or is undone with the file; opening it says which.
        ChangeMode(folder, name, OwnerOnly, 0);
        return Open(folder, name);
    }

    private static SafeFileHandle Open(SafeFileHandle folder, byte[] name) =>
        BeneathRoot.Open(folder, name, FileKind.Directory).Handle
        ?? throw new IOException("A folder that is to be deleted could not be opened.");

    private static void MoveUp(SafeFileHandle folder, byte[] name, SafeFileHandle top)
    {
        ChangeMode(folder, name, OwnerOnly, 0); // Its entry ".." changes.
        byte[] free = [.. Encoding.ASCII.GetBytes($"deep-{Guid.NewGuid():N}"), 0];
        if (Rename(folder, name, top, free) != 0)
            throw Libc.Failure("A folder that is to be deleted could not be moved");
    }

    private static void RemoveEmpty(SafeFileHandle folder, byte[] name)
    {
        if (Unlink(folder, name, RemoveDirectory) != 0)
            throw Libc.Failure("A folder could not be deleted");
    }

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int Unlink(SafeFileHandle folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int Rename(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle folder, byte[] name, uint mode, int flags);
}
