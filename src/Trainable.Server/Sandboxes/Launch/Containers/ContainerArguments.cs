namespace Trainable.Server.Sandboxes.Launch.Containers;

/// <summary>The command line that makes a plan's container. A list of arguments from start to end: no shell reads it.</summary>
internal static class ContainerArguments
{
    /// <summary>Of one step and what stands beside it; a step's own group allows fewer.</summary>
    private const int MostProcesses = 1024;
    private const int MostFiles = 1024;

    public static IEnumerable<string> Create(string name, string root, SandboxPlan plan, uint? user, Podman podman)
    {
        var quarter = plan.Spec.MemoryBytes / 4;
        string[] fixedArguments =
        [
            "create",
            "--name",
            name,
            "--interactive",
            "--log-driver",
            "none",
            "--network",
            "none",
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop",
            "all",
            "--security-opt",
            "no-new-privileges",
            "--security-opt",
            $"seccomp={podman.Profile}",
            "--security-opt",
            "mask=/sys",
            "--hostname",
            "sandbox",
            "--no-hosts",
            "--unsetenv-all",
            "--ulimit",
            $"nofile={MostFiles}:{MostFiles}",
            "--ulimit",
            $"nproc={MostProcesses}:{MostProcesses}",
            "--pids-limit",
            $"{MostProcesses}",
            .. plan.Brings("/dev/shm") ? (string[])[] : ["--shm-size", $"{quarter}"],
            .. plan.Brings("/tmp") ? (string[])[] : ["--tmpfs", $"/tmp:rw,nosuid,nodev,mode=1777,size={quarter}"],
            "--workdir",
            "/",
        ];
        return
        [
            .. fixedArguments,
            .. user is { } id ? (string[])["--user", $"{id}:{id}"] : ["--userns", "keep-id"],
            .. SystemDirectories.Mounted().SelectMany(path => Mount(path, path, writable: false)),
            .. plan.Mounts.SelectMany(mount => Mount(mount.HostPath, mount.SandboxPath, mount.Writable)),
            .. plan.Environment.SelectMany(pair => (string[])["--env", $"{pair.Key}={pair.Value}"]),
            // Tells the runner that "everything in this pid namespace" is its to kill.
            "--env",
            "TRAINABLE_PID_NAMESPACE=1",
            "--rootfs",
            root,
            .. plan.Command,
        ];
    }

    /// <summary>A value with a comma or a quote is written as CSV has it.</summary>
    private static string[] Mount(string source, string target, bool writable)
    {
        var parts = new[] { "type=bind", $"source={source}", $"target={target}", writable ? "ro=false" : "ro=true" };
        return
        [
            "--mount",
            string.Join(
                ',',
                parts.Select(part => part.AsSpan().IndexOfAny(",\"") < 0 ? part : $"\"{part.Replace("\"", "\"\"")}\"")
            ),
        ];
    }
}
