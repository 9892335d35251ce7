using System.Text.RegularExpressions;

namespace Trainable.Server.Sandboxes.ControlGroups;

/// <summary>Reads from <c>/proc/self/mountinfo</c> and <c>/proc/self/cgroup</c> where this process's own groups lie.</summary>
internal sealed partial class ControlGroupLocator(string mountInfo, string ownGroups)
{
    /// <summary>Without these a sandbox could take the machine down.</summary>
    public static readonly IReadOnlyList<string> NeededControllers = ["memory", "pids"];

    private const string Version1 = "cgroup";
    private const string Version2 = "cgroup2";

    public static ControlGroupLocator OfThisProcess() =>
        new(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"));

    /// <summary>The group that this process steps into where its own is to have children.</summary>
    public const string Leaf = "trainable-server";

    /// <summary>The directory of this process's group in version 2's hierarchy; null where that is not mounted.</summary>
    public string? Unified() => Locate(Version2, controller: null)?.Directory;

    /// <summary>
    /// Where in version 2's hierarchy a group for sandboxes may be had, the nearest first: this process's own group; then
    /// those above it that hand down what is needed already, so that nothing of theirs changes. A shell's own group is
    /// shared with the shell, and so of no use.
    /// </summary>
    public IEnumerable<string> UnifiedPlaces()
    {
        if (Locate(Version2, controller: null) is not (var own, var mountPoint))
            yield break;
        // Where an earlier runtime of this process has moved it.
        if (Path.GetFileName(own) == Leaf)
            own = Path.GetDirectoryName(own)!;
        yield return own;
        while (own != mountPoint && Path.GetDirectoryName(own) is { } above)
        {
            own = above;
            if (HandsDown(own))
                yield return own;
        }
    }

    private static bool HandsDown(string directory) =>
        Path.Combine(directory, "cgroup.subtree_control") is var file
        && File.Exists(file)
        && File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is var controllers
        && NeededControllers.All(controllers.Contains);

    /// <summary>The directories of this process's groups in version 1's hierarchies; null where memory or pids has none.</summary>
    public ControllerDirectories? Controllers() =>
        Locate(Version1, "memory") is { } memory && Locate(Version1, "pids") is { } processes
            ? new ControllerDirectories
            {
                Memory = memory.Directory,
                Processes = processes.Directory,
                Cpu = Locate(Version1, "cpu")?.Directory,
                CpuAccounting = Locate(Version1, "cpuacct")?.Directory,
                Unified = Unified(),
            }
            : null;

    private (string Directory, string MountPoint)? Locate(string type, string? controller)
    {
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // "36 35 98:0 ROOT MOUNTPOINT options [optional…] - TYPE source superoptions"
            var halves = line.Split(" - ", 2);
            if (halves is not [var left, var right])
                continue;
            if (
                left.Split(' ') is not [_, _, _, var root, var mountPoint, ..]
                || right.Split(' ') is not [var kind, _, var options]
            )
                continue;
            if (kind != type || (controller is not null && !options.Split(',').Contains(controller)))
                continue;
            var place = Unescape(mountPoint);
            return (Join(place, Unescape(root), OwnPath(controller)), place);
        }
        return null;
    }

    // "4:memory:/path" in version 1, "0::/path" in version 2.
    private string OwnPath(string? controller)
    {
        foreach (var line in ownGroups.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path])
                continue;
            if (controller is null ? controllers.Length == 0 : controllers.Split(',').Contains(controller))
                return path;
        }
        return "/";
    }

    // In a container the mount may show only a part of the hierarchy, and the path may be told from its real root.
    private static string Join(string mountPoint, string root, string path)
    {
        var relative = root != "/" && path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..] : path;
        var joined = Path.Combine(mountPoint, relative.TrimStart('/'));
        return relative.Contains("..", StringComparison.Ordinal) || !Directory.Exists(joined) ? mountPoint : joined;
    }

    private static string Unescape(string text) =>
        Octal().Replace(text, match => ((char)Convert.ToInt32(match.Groups["code"].Value, 8)).ToString());

    [GeneratedRegex(@"\\(?<code>[0-7]{3})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Octal();
}
