namespace Trainable.Server.Sandboxes.ControlGroups;

/// <summary>The directories of one group in version 1, where each controller is a hierarchy of its own.</summary>
internal sealed record ControllerDirectories
{
    public required string Memory { get; init; }
    public required string Processes { get; init; }
    public string? Cpu { get; init; }
    public string? CpuAccounting { get; init; }

    /// <summary>Version 2's hierarchy beside the others ("hybrid"): it limits nothing, but it can kill a group at once.</summary>
    public string? Unified { get; init; }

    /// <summary>Each once: CPU and its accounting are often one hierarchy.</summary>
    public IReadOnlyList<string> All =>
        [.. new[] { Memory, Processes, Cpu, CpuAccounting, Unified }.OfType<string>().Distinct(StringComparer.Ordinal)];

    public ControllerDirectories Beneath(string name) =>
        new()
        {
            Memory = Path.Combine(Memory, name),
            Processes = Path.Combine(Processes, name),
            Cpu = Cpu is null ? null : Path.Combine(Cpu, name),
            CpuAccounting = CpuAccounting is null ? null : Path.Combine(CpuAccounting, name),
            Unified = Unified is null ? null : Path.Combine(Unified, name),
        };
}

internal sealed class ControlGroupV1(ControllerDirectories at) : ControlGroup(at.All)
{
    private const int PeriodMicroseconds = 100_000;

    public override ControlGroupUsage ReadUsage() =>
        new(
            ReadNumber(Path.Combine(at.Memory, "memory.max_usage_in_bytes")) ?? 0,
            TimeSpan.FromMicroseconds((CpuNanoseconds() ?? 0) / 1000d),
            ReadField(Path.Combine(at.Memory, "memory.oom_control"), "oom_kill") ?? 0,
            ReadField(Path.Combine(at.Processes, "pids.events"), "max") ?? 0
        );

    public override long ReadMemoryInUse() => ReadNumber(Path.Combine(at.Memory, "memory.usage_in_bytes")) ?? 0;

    public override long ReadMemoryHeld()
    {
        var statistics = Path.Combine(at.Memory, "memory.stat");
        return (ReadField(statistics, "total_rss") ?? 0) + (ReadField(statistics, "total_shmem") ?? 0);
    }

    protected override string? KillFile =>
        at.Unified is null ? null
        : Path.Combine(at.Unified, "cgroup.kill") is var file && File.Exists(file) ? file
        : null;

    protected override ControlGroup Beneath(string name) => new ControlGroupV1(at.Beneath(name));

    protected override void Apply(ControlGroupLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            Write(Path.Combine(at.Memory, "memory.limit_in_bytes"), $"{memory}");
            // Memory and swap together; absent where the kernel does not account swap.
            TryWrite(Path.Combine(at.Memory, "memory.memsw.limit_in_bytes"), $"{memory}");
        }
        if (limits.Processes is { } processes)
            Write(Path.Combine(at.Processes, "pids.max"), $"{processes}");
        if (limits.Cpus is { } cpus && at.Cpu is not null)
        {
            TryWrite(Path.Combine(at.Cpu, "cpu.cfs_period_us"), $"{PeriodMicroseconds}");
            TryWrite(Path.Combine(at.Cpu, "cpu.cfs_quota_us"), $"{(long)cpus * PeriodMicroseconds}");
        }
    }

    protected override void ForbidForks() => TryWrite(Path.Combine(at.Processes, "pids.max"), "0");

    private long? CpuNanoseconds() =>
        at.CpuAccounting is null ? null : ReadNumber(Path.Combine(at.CpuAccounting, "cpuacct.usage"));
}
