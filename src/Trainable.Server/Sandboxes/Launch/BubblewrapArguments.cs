namespace Trainable.Server.Sandboxes.Launch;

/// <summary>bubblewrap's command line for a plan. A list of arguments from start to end: no shell reads it.</summary>
internal static class BubblewrapArguments
{
    public const int SeccompDescriptor = 9;

    /// <summary>Ids as the sandbox sees them; files of anybody else show as nobody's.</summary>
    private const string InnerUser = "1000";

    private static readonly Version DisableUserNamespacesSince = new(0, 8);
    private static readonly Version TmpfsSizeSince = new(0, 7);

    /// <summary>Top-level names that are links into /usr on merged systems and directories of their own on others.</summary>
    private static readonly string[] SystemDirectories = ["/bin", "/sbin", "/lib", "/lib64"];

    // What the dynamic linker, numpy (libblas is an alternative), fonts, matplotlib and Debian's python need of /etc.
    private static readonly string[] SystemFiles =
    [
        "/etc/alternatives",
        "/etc/ld.so.cache",
        "/etc/fonts",
        "/etc/matplotlibrc",
        "/etc/python3",
    ];

    /// <param name="plan">What to run, and with what mounted.</param>
    /// <param name="version">bubblewrap's.</param>
    /// <param name="sources">Where the plan's mounts are to be mounted from, in their order.</param>
    public static List<string> Build(SandboxPlan plan, Version version, IReadOnlyList<string> sources)
    {
        List<string> arguments =
        [
            "--seccomp",
            $"{SeccompDescriptor}",
            "--unshare-all",
            "--unshare-user",
            .. version >= DisableUserNamespacesSince ? (string[])["--disable-userns"] : [],
            "--uid",
            InnerUser,
            "--gid",
            InnerUser,
            "--hostname",
            "sandbox",
            "--die-with-parent",
            "--new-session",
            "--cap-drop",
            "ALL",
            "--clearenv",
        ];
        AddSystem(arguments);
        arguments.AddRange("--proc", "/proc", "--dev", "/dev");
        // Pseudo-terminals are counted over the whole machine.
        arguments.AddRange("--dev-bind", "/dev/null", "/dev/pts/ptmx");
        var quarter = plan.Spec.MemoryBytes / 4;
        AddTmpfs(arguments, plan, "/dev/shm", quarter, version);
        if (plan.Spec.Gpu)
            AddGpu(arguments);
        AddTmpfs(arguments, plan, "/tmp", quarter, version);
        foreach (var (mount, source) in plan.Mounts.Zip(sources))
            arguments.AddRange(mount.Writable ? "--bind" : "--ro-bind", source, mount.SandboxPath);
        // Both are tmpfs that would otherwise take files without a limit of their own.
        arguments.AddRange("--remount-ro", "/dev", "--remount-ro", "/");
        foreach (var (name, value) in plan.Environment)
            arguments.AddRange("--setenv", name, value);
        // Tells the runner that "everything in this pid namespace" is its to kill.
        arguments.AddRange("--setenv", "TRAINABLE_PID_NAMESPACE", "1");
        arguments.AddRange("--chdir", "/", "--");
        arguments.AddRange(plan.Command);
        return arguments;
    }

    private static void AddSystem(List<string> arguments)
    {
        arguments.AddRange("--ro-bind", "/usr", "/usr");
        foreach (var directory in SystemDirectories.Select(path => new DirectoryInfo(path)))
        {
            if (directory.LinkTarget is { } target)
                arguments.AddRange("--symlink", target, directory.FullName);
            else if (directory.Exists)
                arguments.AddRange("--ro-bind", directory.FullName, directory.FullName);
        }
        foreach (var path in SystemFiles)
            arguments.AddRange("--ro-bind-try", path, path);
    }

    private static void AddTmpfs(List<string> arguments, SandboxPlan plan, string path, long size, Version version)
    {
        if (plan.Brings(path))
            return;
        // Older versions leave it at half of the machine's memory; the control group's limit still holds.
        if (version >= TmpfsSizeSince)
            arguments.AddRange("--size", $"{size}");
        arguments.AddRange("--tmpfs", path);
    }

    private static void AddGpu(List<string> arguments)
    {
        foreach (var device in GpuDevices.Find())
            arguments.AddRange("--dev-bind", device, device);
    }
}
