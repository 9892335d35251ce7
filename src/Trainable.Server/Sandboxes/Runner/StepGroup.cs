using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>
/// The control group of a step that is to come, and the runner's spare child that is in it already. Making the group and
/// moving a process takes the kernel several milliseconds, so both are done while the agent thinks.
/// </summary>
/// <param name="Group">Holds the spare child, and no more than it.</param>
/// <param name="SparePid">As the runner's namespace counts; null when the group is empty.</param>
/// <param name="Limits">As they are set now; memory may only be lowered.</param>
internal sealed record StepGroup(ControlGroup Group, int? SparePid, ControlGroupLimits Limits)
{
    public void Limit(StepLimits limits)
    {
        var asked = Limits with
        {
            // Version 1 keeps memory below memory and swap together, so that raising it would take another order of writes.
            MemoryBytes = Math.Min(limits.MemoryBytes, Limits.MemoryBytes ?? long.MaxValue),
            Processes = limits.Processes,
        };
        if (asked != Limits)
            Group.Limit(asked);
    }
}
