namespace Trainable.Server.Platform;

/// <summary>Where everything of one installation lies on disk. Directories that hold data are made with mode 0700.</summary>
internal sealed class TrainableHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What a sandbox's user may read and enter.</summary>
    public const UnixFileMode Readable =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;

    /// <summary>The name of <see cref="PythonConfig"/> in a home.</summary>
    public const string PythonConfigName = "python.json";

    public TrainableHome(string root)
    {
        Directory.CreateDirectory(Path.GetFullPath(root), OwnerOnly);
        Root = WithoutLinks(Path.GetFullPath(root));
        foreach (var directory in new[] { Workspace, Held, Scratch, Logs })
            Directory.CreateDirectory(directory, OwnerOnly);
    }

    /// <summary>With no link in it, so that a link below it is one that somebody has planted.</summary>
    public string Root { get; }

    /// <summary>What sandboxes may mount parts of, and what the files API shows.</summary>
    public string Workspace => Path.Combine(Root, "workspace");

    /// <summary>Uploads as they came, held rows and sealed test sets. Never mounted in a sandbox.</summary>
    public string Held => Path.Combine(Root, "held");

    /// <summary>Short-lived work of the referee, a directory each; emptied by whoever made it.</summary>
    public string Scratch => Path.Combine(Root, "scratch");

    /// <summary>Files on their way to a dataset, a directory each. They survive the process.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

    public string Logs => Path.Combine(Root, "logs");

    public string Database => Path.Combine(Root, "trainable.db");

    /// <summary>See <see cref="SpaceReserve"/>.</summary>
    public string Reserve => Path.Combine(Root, "reserve");

    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Names the interpreter of the sandboxes; see <c>trainable setup</c>.</summary>
    public string PythonConfig => Path.Combine(Root, PythonConfigName);

    /// <summary>The working rows of an experiment: <c>/data/datasets/{id}</c> in a sandbox, read-only.</summary>
    public string Dataset(Guid experiment) => Path.Combine(Workspace, "datasets", experiment.ToString());

    /// <summary>A session's own files: <c>/data/sessions/{id}</c> in a sandbox.</summary>
    public string Session(Guid session) => Path.Combine(Workspace, "sessions", session.ToString());

    public string Stage(Guid session, string stage) => Path.Combine(Session(session), stage);

    public string HeldOf(Guid experiment) => Path.Combine(Held, experiment.ToString());

    /// <summary>Removes what a process that was killed left in <see cref="Scratch"/>; called by the home's owner at its start.</summary>
    public void EmptyScratch()
    {
        foreach (var left in Directory.EnumerateDirectories(Scratch))
            Linux.TreeRemoval.Delete(left);
    }

    private static string WithoutLinks(string directory)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(directory));
        if (parent is null)
            return directory;
        var target = new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        return target is not null
            ? WithoutLinks(target)
            : Path.Combine(WithoutLinks(parent), Path.GetFileName(directory.TrimEnd('/')));
    }

    /// <summary>Makes a directory (and its parents) that only the owner can enter.</summary>
    public static string Make(string directory) => Directory.CreateDirectory(directory, OwnerOnly).FullName;

    /// <summary>Makes a directory that whoever runs in a sandbox can read too; outside, the folders above it are closed.</summary>
    public static string MakeReadable(string directory) => Directory.CreateDirectory(directory, Readable).FullName;
}
