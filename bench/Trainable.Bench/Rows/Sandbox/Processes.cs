using System.Globalization;
using System.Text;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>Reads of <c>/proc</c>.</summary>
internal static class Processes
{
    public static int WithArgument(string argument) =>
        All().Count(pid => Read(pid, "cmdline").Contains(argument, StringComparison.Ordinal));

    /// <summary>Bytes of every sandbox of this process, pages that several share divided among them.</summary>
    public static long SandboxesOf(int server) => Beneath(server).Sum(Proportional);

    public static long ResidentOf(int pid) => Field(Read(pid, "status"), "VmRSS:");

    /// <summary>The most that was resident since <see cref="ForgetPeak"/>.</summary>
    public static long PeakOf(int pid) => Field(Read(pid, "status"), "VmHWM:");

    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    private static IEnumerable<int> All() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, null, out var pid) ? pid : 0)
            .Where(pid => pid > 0);

    private static IEnumerable<int> Beneath(int root)
    {
        var parents = All()
            .Select(pid => (Pid: pid, Parent: ParentOf(pid)))
            .ToLookup(one => one.Parent, one => one.Pid);
        var waiting = new Queue<int>(parents[root]);
        while (waiting.TryDequeue(out var pid))
        {
            yield return pid;
            foreach (var child in parents[pid])
                waiting.Enqueue(child);
        }
    }

    private static int ParentOf(int pid)
    {
        var line = Read(pid, "status")
            .Split('\n')
            .FirstOrDefault(text => text.StartsWith("PPid:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[5..].Trim(), CultureInfo.InvariantCulture);
    }

    private static long Proportional(int pid) => Field(Read(pid, "smaps_rollup"), "Pss:");

    private static long Field(string text, string name)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
                return 1024
                    * long.Parse(
                        line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
                        CultureInfo.InvariantCulture
                    );
        }
        return 0;
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
