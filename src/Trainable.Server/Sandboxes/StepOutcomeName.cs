namespace Trainable.Server.Sandboxes;

/// <summary>Outcomes as the wire and the agent know them.</summary>
internal static class StepOutcomeName
{
    public static string Of(StepOutcome outcome) =>
        outcome switch
        {
            StepOutcome.Ok => "ok",
            StepOutcome.Error => "error",
            StepOutcome.Timeout => "timeout",
            StepOutcome.Cancelled => "cancelled",
            StepOutcome.OutOfMemory => "out_of_memory",
            StepOutcome.OutputLimit => "output_limit",
            StepOutcome.CpuLimit => "cpu_limit",
            StepOutcome.DiskLimit => "disk_limit",
            StepOutcome.FileLimit => "file_limit",
            StepOutcome.ProcessLimit => "process_limit",
            StepOutcome.Lost => "lost",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
        };
}
