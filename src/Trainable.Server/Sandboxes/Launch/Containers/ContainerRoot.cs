using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes.Launch.Containers;

/// <summary>A container's root: mount points and the links of a merged system, and no file.</summary>
internal static class ContainerRoot
{
    private static readonly string[] Folders = ["usr", "etc", "proc", "sys", "dev", "tmp", "run"];

    /// <summary>Of its own, since the engine makes what is missing in it.</summary>
    public static string Make(TrainableHome home, SandboxPlan plan)
    {
        var root = TrainableHome.Make(Path.Combine(home.Scratch, $"container-{Guid.CreateVersion7():N}"));
        File.SetUnixFileMode(root, TrainableHome.Readable);
        foreach (var folder in Folders)
            TrainableHome.MakeReadable(Path.Combine(root, folder));
        foreach (var link in SystemDirectories.Links())
            Directory.CreateSymbolicLink(Path.Combine(root, link.Name[1..]), link.Target);
        foreach (var mount in plan.Mounts)
        {
            var place = Path.Combine(root, mount.SandboxPath[1..]);
            if (Directory.Exists(mount.HostPath))
                TrainableHome.MakeReadable(place);
            else
            {
                TrainableHome.MakeReadable(Path.GetDirectoryName(place)!);
                File.Create(place).Dispose();
            }
        }
        return root;
    }
}

/// <summary>What of the host's system a container is given.</summary>
internal static class SystemDirectories
{
    private static readonly string[] Top = ["/bin", "/sbin", "/lib", "/lib64"];

    // As bubblewrap gets them: the dynamic linker, numpy's alternatives, fonts, matplotlib and Debian's Python.
    private static readonly string[] Files =
    [
        "/etc/alternatives",
        "/etc/ld.so.cache",
        "/etc/fonts",
        "/etc/matplotlibrc",
        "/etc/python3",
    ];

    /// <summary>Top-level names that are links into /usr here.</summary>
    public static IEnumerable<(string Name, string Target)> Links() =>
        Top.Select(path => (Name: path, Target: new DirectoryInfo(path).LinkTarget))
            .Where(link => link.Target is not null)
            .Select(link => (link.Name, link.Target!));

    public static IEnumerable<string> Mounted() =>
        [
            "/usr",
            .. Top.Where(path => new DirectoryInfo(path) is { Exists: true, LinkTarget: null }),
            .. Files.Where(Path.Exists),
        ];
}
