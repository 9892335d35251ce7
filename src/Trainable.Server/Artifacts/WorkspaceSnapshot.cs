using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Artifacts;

internal enum FileChange
{
    Created,
    Changed,
}

/// <summary>A file that differs between two snapshots. <see cref="Path"/> is relative to the folder they were taken of.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChangedFile(string Path, FileChange Change, long Length);

/// <summary>
/// The regular files beneath a folder with size, inode and time of change, to tell what a step made. One read of each
/// directory and one statx a file: tens of milliseconds for 10,000 files.
/// </summary>
internal sealed class WorkspaceSnapshot
{
    /// <summary>A step that writes more is not told file by file.</summary>
    private const int MostFiles = 50_000;
    private const int DeepestFolder = 32;

    public static readonly WorkspaceSnapshot Empty = new();

    private readonly Dictionary<string, Mark> _files = new(StringComparer.Ordinal);

    public int Count => _files.Count;

    /// <summary>Every file by path, with its length and when it was last changed.</summary>
    public IEnumerable<(string Path, long Length, long Modified)> Files =>
        _files
            .Select(file => (Path: file.Key, file.Value.Length, file.Value.Modified))
            .OrderBy(file => file.Path, StringComparer.Ordinal);

    /// <summary>Empty when the folder does not exist yet, or a link is in its place.</summary>
    public static WorkspaceSnapshot Take(string folder)
    {
        using var root = BeneathRoot.TryOpen(folder);
        if (root is null)
            return Empty;
        var snapshot = new WorkspaceSnapshot();
        using var handle = root.OpenDirectory("").Handle;
        if (handle is not null)
            snapshot.Read(handle, "", depth: 0);
        return snapshot;
    }

    /// <summary>What is new or different since <paramref name="before"/>, by path.</summary>
    public IReadOnlyList<ChangedFile> Since(WorkspaceSnapshot before)
    {
        var changes = new List<ChangedFile>();
        foreach (var (path, mark) in _files)
        {
            if (!before._files.TryGetValue(path, out var earlier))
                changes.Add(new ChangedFile(path, FileChange.Created, mark.Length));
            else if (earlier != mark)
                changes.Add(new ChangedFile(path, FileChange.Changed, mark.Length));
        }
        changes.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return changes;
    }

    private void Read(SafeFileHandle folder, string prefix, int depth)
    {
        foreach (var (name, kind) in DirectoryEntries.Read(folder))
        {
            if (_files.Count >= MostFiles)
                return;
            if (kind is FileKind.Regular && FileStatus.Of(folder, name) is { Kind: FileKind.Regular } status)
                _files[prefix + name] = new Mark(status.Length, status.Inode, status.ModifiedNanoseconds);
            if (kind is not FileKind.Directory || depth >= DeepestFolder)
                continue;
            using var child = BeneathRoot.Open(folder, name, FileKind.Directory).Handle;
            if (child is not null)
                Read(child, $"{prefix}{name}/", depth + 1);
        }
    }

    // The inode tells a file that was replaced by one of the same size within the clock's resolution.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Mark(long Length, ulong Inode, long Modified);
}
