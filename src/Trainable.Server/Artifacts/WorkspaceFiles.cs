using Microsoft.Win32.SafeHandles;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Artifacts;

/// <summary>
/// The workspace as the host may read it. Agents write there, so every path is resolved by the kernel beneath the
/// workspace, without links, and only regular files and directories are shown.
/// </summary>
internal sealed class WorkspaceFiles(TrainableHome home) : IDisposable
{
    public const string File = "file";
    public const string Folder = "directory";

    private readonly BeneathRoot _root = BeneathRoot.Open(home.Workspace);

    /// <summary>A regular file for reading; the caller disposes the handle.</summary>
    public Opened OpenFile(WorkspacePath path) => _root.OpenFile(path.Relative);

    /// <summary>A folder for listing; the caller disposes the handle.</summary>
    public Opened OpenFolder(WorkspacePath path) => _root.OpenDirectory(path.Relative);

    /// <summary>A new file for the host to write in the workspace; the only safe way to do so.</summary>
    public Opened CreateFile(WorkspacePath path, bool replace = false) => _root.CreateFile(path.Relative, replace);

    /// <summary>Gives a file of a folder another name there; never replaces what is there.</summary>
    public OpenFailure Rename(WorkspacePath folder, string from, string to) => _root.Rename(folder.Relative, from, to);

    /// <summary>The entries of a folder, folders first; null with the reason when it cannot be listed.</summary>
    public IReadOnlyList<FileEntry>? List(WorkspacePath folder, out OpenFailure failure)
    {
        var opened = _root.OpenDirectory(folder.Relative);
        failure = opened.Failure;
        using var handle = opened.Handle;
        return handle is null
            ? null
            : [.. Read(handle).Select(entry => new FileEntry($"{folder.Child(entry.Name)}", TypeOf(entry.Kind)))];
    }

    /// <summary>
    /// A folder with all that is in it, level by level. Past <paramref name="most"/> entries folders are left unopened
    /// (their children are null), so a script that writes a million files does not take the server down.
    /// </summary>
    public FileNode? Tree(WorkspacePath folder, int most, out OpenFailure failure)
    {
        var top = new Branch("workspace", folder);
        failure = OpenFailure.None;
        var left = most;
        var waiting = new Queue<Branch>([top]);
        while (left > 0 && waiting.TryDequeue(out var branch))
        {
            var opened = _root.OpenDirectory(branch.Path.Relative);
            using var handle = opened.Handle;
            if (handle is null)
            {
                // Below the top a folder may have gone since its parent was read.
                if (branch == top)
                {
                    failure = opened.Failure;
                    return null;
                }
                branch.Children = [];
                continue;
            }
            branch.Children =
            [
                .. Read(handle).Select(entry => new Branch(entry.Name, branch.Path.Child(entry.Name), entry.Kind)),
            ];
            left -= branch.Children.Count;
            foreach (var child in branch.Children.Where(child => child.Kind is FileKind.Directory))
                waiting.Enqueue(child);
        }
        return top.ToNode();
    }

    private static IEnumerable<(string Name, FileKind Kind)> Read(SafeFileHandle folder) =>
        DirectoryEntries
            .Read(folder)
            .Where(entry => entry.Kind is FileKind.Regular or FileKind.Directory)
            .OrderBy(entry => entry.Kind is FileKind.Regular)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal);

    private static string TypeOf(FileKind kind) => kind is FileKind.Directory ? Folder : File;

    public void Dispose() => _root.Dispose();

    private sealed class Branch(string name, WorkspacePath path, FileKind kind = FileKind.Directory)
    {
        public WorkspacePath Path => path;

        public FileKind Kind => kind;

        public IReadOnlyList<Branch>? Children { get; set; }

        public FileNode ToNode() =>
            new(name, $"{path}", TypeOf(kind), Children is null ? null : [.. Children.Select(child => child.ToNode())]);
    }
}
