namespace Trainable.Server.Sandboxes.ControlGroups;

internal sealed class ControlGroupV2(string directory) : ControlGroup([directory])
{
    private const int PeriodMicroseconds = 100_000;

    public override ControlGroupUsage ReadUsage() =>
        new(
            // memory.peak came with Linux 5.19.
            ReadNumber(In("memory.peak")) ?? ReadMemoryInUse(),
            TimeSpan.FromMicroseconds(ReadField(In("cpu.stat"), "usage_usec") ?? 0),
            ReadField(In("memory.events"), "oom_kill") ?? 0,
            ReadField(In("pids.events"), "max") ?? 0
        );

    public override long ReadMemoryInUse() => ReadNumber(In("memory.current")) ?? 0;

    public override long ReadMemoryHeld() =>
        (ReadField(In("memory.stat"), "anon") ?? 0) + (ReadField(In("memory.stat"), "shmem") ?? 0);

    protected override string? KillFile => In("cgroup.kill") is var file && File.Exists(file) ? file : null;

    protected override ControlGroup Beneath(string name) => new ControlGroupV2(In(name));

    /// <summary>A group whose children are to have controllers must hand them down, and holds no process itself.</summary>
    protected override void BeforeChild()
    {
        foreach (var controller in ControlGroupLocator.NeededControllers)
            Write(In("cgroup.subtree_control"), $"+{controller}");
        TryWrite(In("cgroup.subtree_control"), "+cpu");
    }

    protected override void Apply(ControlGroupLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            Write(In("memory.max"), $"{memory}");
            TryWrite(In("memory.swap.max"), "0");
        }
        if (limits.KillTogether)
            TryWrite(In("memory.oom.group"), "1");
        if (limits.Processes is { } processes)
            Write(In("pids.max"), $"{processes}");
        if (limits.Cpus is { } cpus)
            TryWrite(In("cpu.max"), $"{(long)cpus * PeriodMicroseconds} {PeriodMicroseconds}");
    }

    protected override void ForbidForks() => TryWrite(In("pids.max"), "0");

    private string In(string file) => Path.Combine(directory, file);
}
