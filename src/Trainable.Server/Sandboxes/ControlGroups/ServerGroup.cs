using System.Globalization;

namespace Trainable.Server.Sandboxes.ControlGroups;

internal enum ControlGroupSupport
{
    None,
    V1,
    V2,
}

/// <summary>
/// The group of this server that the groups of its sandboxes lie in: <c>trainable-{pid}-{start time}-{n}</c>, so that the
/// groups of a server that was killed can be told from those of one that runs.
/// </summary>
internal sealed partial class ServerGroup : IDisposable
{
    private const string Prefix = "trainable-";
    private static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(2);

    private static int opened;

    private readonly ControlGroup? _group;

    private ServerGroup(ControlGroupSupport support, ControlGroup? group)
    {
        Support = support;
        _group = group;
    }

    public ControlGroupSupport Support { get; }

    /// <summary>A group for a sandbox; null where groups cannot be had.</summary>
    public ControlGroup? Create(string name, ControlGroupLimits limits) => _group?.Create(name, limits);

    public void Dispose() => _group?.Remove();

    /// <summary>Finds the version that can be written here, by trying, and sweeps what dead servers left.</summary>
    public static ServerGroup Open(ControlGroupLocator locator, TimeProvider time, ILogger logger)
    {
        var reasons = new List<string>();
        if (locator.Controllers() is { } controllers && Try(() => InVersion1(controllers, time), reasons) is { } first)
            return new ServerGroup(ControlGroupSupport.V1, first);
        foreach (var place in locator.UnifiedPlaces())
        {
            if (Try(() => InVersion2(place, time), reasons) is { } second)
                return new ServerGroup(ControlGroupSupport.V2, second);
        }
        LogNone(logger, reasons is [] ? "no hierarchy with memory and pids is mounted" : string.Join("; ", reasons));
        return new ServerGroup(ControlGroupSupport.None, null);
    }

    private static ControlGroup InVersion1(ControllerDirectories own, TimeProvider time)
    {
        Sweep(own.All, stale => new ControlGroupV1(own.Beneath(stale)), time);
        return new ControlGroupV1(own).Create(OwnName(), new ControlGroupLimits());
    }

    private static ControlGroup InVersion2(string place, TimeProvider time)
    {
        Sweep([place], stale => new ControlGroupV2(Path.Combine(place, stale)), time);
        var group = new ControlGroupV2(place);
        // Only the real root may hold processes beside children with controllers. A group of this process alone it steps
        // out of, into a leaf; others' processes are not ours to move.
        if (File.Exists(Path.Combine(place, "cgroup.events")) && group.ReadProcesses() is { Count: > 0 } members)
        {
            if (members.Any(pid => pid != Environment.ProcessId))
                throw new IOException($"{place} holds processes of others");
            var leaf = new ControlGroupV2(Path.Combine(place, ControlGroupLocator.Leaf));
            Directory.CreateDirectory(leaf.Directories[0]);
            leaf.Add(Environment.ProcessId);
        }
        return group.Create(OwnName(), new ControlGroupLimits());
    }

    private static ControlGroup? Try(Func<ControlGroup> make, List<string> reasons)
    {
        try
        {
            return Probe(make());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            reasons.Add(refused.Message);
            return null;
        }
    }

    // Making directories may work where limits do not.
    private static ControlGroup Probe(ControlGroup group)
    {
        var limits = new ControlGroupLimits { MemoryBytes = 64L << 20, Processes = 8 };
        group.Create($"probe-{Guid.NewGuid():N}", limits).Remove();
        return group;
    }

    private static void Sweep(IReadOnlyList<string> parents, Func<string, ControlGroup> at, TimeProvider time)
    {
        var names = parents
            .Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent, Prefix + "*"))
            .Select(Path.GetFileName)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
        foreach (var name in names.Where(IsStale))
        {
            var group = at(name);
            if (group.Kill(SweepLimit, time))
                group.Remove();
        }
    }

    private static bool IsStale(string name) =>
        name.Split('-') is [_, var pid, var started, _]
        && int.TryParse(pid, NumberStyles.None, null, out var number)
        && StartTime(number) != started;

    private static string OwnName() =>
        $"{Prefix}{Environment.ProcessId}-{StartTime(Environment.ProcessId)}-{Interlocked.Increment(ref opened)}";

    /// <summary>In clock ticks since boot; null when there is no such process.</summary>
    private static string? StartTime(int pid)
    {
        try
        {
            // The name in parentheses may hold spaces and parentheses itself; the start time is field 22.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Control groups cannot be used ({Reason}); sandboxes are limited by rlimits of each process instead"
    )]
    private static partial void LogNone(ILogger logger, string reason);
}
