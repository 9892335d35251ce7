using System.Globalization;
using System.Text;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Sandboxes.ControlGroups;

internal sealed record ControlGroupLimits
{
    public long? MemoryBytes { get; init; }
    public int? Processes { get; init; }

    /// <summary>How many CPUs' worth of time; null for no cap.</summary>
    public int? Cpus { get; init; }

    /// <summary>When memory runs out end every process of the group, not one of them (version 2 only).</summary>
    public bool KillTogether { get; init; }
}

/// <summary>What a group has used since it was made. Peak memory includes files the kernel cached on its behalf.</summary>
internal sealed record ControlGroupUsage(
    long PeakMemoryBytes,
    TimeSpan Cpu,
    long OutOfMemoryKills,
    long RefusedProcesses = 0
);

/// <summary>A control group that this server made. The versions differ in the files; what they mean is the same.</summary>
internal abstract class ControlGroup(IReadOnlyList<string> directories)
{
    private const string Members = "cgroup.procs";

    /// <summary>One in version 2; one for each controller's hierarchy in version 1.</summary>
    public IReadOnlyList<string> Directories => directories;

    /// <summary>The files to write a pid to so that the process moves here.</summary>
    public IReadOnlyList<string> MemberFiles { get; } =
    [.. directories.Select(directory => Path.Combine(directory, Members))];

    public abstract ControlGroupUsage ReadUsage();

    public abstract long ReadMemoryInUse();

    /// <summary>Of the memory in use what cannot be had back without ending a process: not the kernel's copies of files.</summary>
    public abstract long ReadMemoryHeld();

    protected abstract ControlGroup Beneath(string name);

    protected abstract void Apply(ControlGroupLimits limits);

    /// <summary>Keeps a group that is being killed from forking faster than it is killed.</summary>
    protected abstract void ForbidForks();

    /// <summary>The file that kills the whole group at once, where this kernel has one (Linux 5.14).</summary>
    protected abstract string? KillFile { get; }

    public ControlGroup Create(string name, ControlGroupLimits limits)
    {
        BeforeChild();
        var child = Beneath(name);
        foreach (var directory in child.Directories)
            Directory.CreateDirectory(directory);
        child.Apply(limits);
        return child;
    }

    protected virtual void BeforeChild() { }

    /// <summary>Sets limits anew; memory that is in use already cannot be taken away.</summary>
    public void Limit(ControlGroupLimits limits) => Apply(limits);

    public void Add(int pid)
    {
        foreach (var file in MemberFiles)
            Write(file, pid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Pids as this process's namespace counts, without those of child groups.</summary>
    public IReadOnlyList<int> ReadProcesses() => ReadProcesses(MemberFiles[0]);

    /// <summary>Ends every process of the group and its children, and returns when they are gone.</summary>
    /// <returns>False when some process did not end in time, which takes a hung device or file system.</returns>
    public bool Kill(TimeSpan limit, TimeProvider time)
    {
        var started = time.GetTimestamp();
        if (KillFile is { } file)
            TryWrite(file, "1");
        else
            ForbidForks();
        while (ReadTree() is { Count: > 0 } processes)
        {
            foreach (var pid in processes)
            {
                var left = limit - time.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || !End(pid, left))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Removes the group, which must be empty, and its children.</summary>
    public void Remove()
    {
        foreach (var directory in Directories)
            RemoveTree(directory);
    }

    // A pidfd neither kills a stranger that took over the pid nor needs polling to learn that the process has ended.
    private static bool End(int pid, TimeSpan limit)
    {
        using var process = Libc.OpenProcess(pid);
        if (process is null)
            return true;
        Libc.Kill(process);
        return Libc.WaitForExit(process, limit);
    }

    private List<int> ReadTree()
    {
        var found = new List<int>();
        foreach (var root in Directories.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(root, Members, SearchOption.AllDirectories))
                found.AddRange(ReadProcesses(file));
        }
        return found;
    }

    private static void RemoveTree(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var child in Directory.EnumerateDirectories(directory))
            RemoveTree(child);
        try
        {
            Directory.Delete(directory);
        }
        catch (IOException)
        {
            // A process that is still exiting; the next server to start here sweeps what is left.
        }
    }

    private static List<int> ReadProcesses(string file)
    {
        var text = TryRead(file) ?? "";
        var pids = new List<int>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            // A pid outside this namespace reads as 0.
            if (int.TryParse(line, NumberStyles.None, null, out var pid) && pid > 0)
                pids.Add(pid);
        }
        return pids;
    }

    protected static void Write(string file, string value)
    {
        // Not File.WriteAllText: kernel files are neither created nor truncated, and one write is one command.
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, Encoding.ASCII.GetBytes(value), 0);
    }

    protected static bool TryWrite(string file, string value)
    {
        try
        {
            Write(file, value);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    protected static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    protected static long? ReadNumber(string file) =>
        long.TryParse(TryRead(file)?.Trim(), NumberStyles.None, null, out var value) ? value : null;

    /// <summary>A value of a file of lines such as <c>oom_kill 3</c>.</summary>
    protected static long? ReadField(string file, string name)
    {
        foreach (var line in (TryRead(file) ?? "").AsSpan().EnumerateLines())
        {
            if (
                line.StartsWith(name)
                && line.Length > name.Length
                && line[name.Length] == ' '
                && long.TryParse(line[(name.Length + 1)..], NumberStyles.None, null, out var value)
            )
                return value;
        }
        return null;
    }
}
