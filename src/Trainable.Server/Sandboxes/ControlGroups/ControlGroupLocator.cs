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

    /// <summary>The directory of this process's group in version 2's hierarchy; null where that is not mounted.</summary>
    public string? Unified() => Locate(Version2, controller: null);

    /// <summary>The directories of this process's groups in version 1's hierarchies; null where memory or pids has none.</summary>
    public ControllerDirectories? Controllers() =>
        Locate(Version1, "memory") is { } memory && Locate(Version1, "pids") is { } processes
            ? new ControllerDirectories
            {
                Memory = memory,
                Processes = processes,
                Cpu = Locate(Version1, "cpu"),
                CpuAccounting = Locate(Version1, "cpuacct"),
                Unified = Unified(),
            }
            : null;

    private string? Locate(string type, string? controller)
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
            return Join(Unescape(mountPoint), Unescape(root), OwnPath(controller));
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
