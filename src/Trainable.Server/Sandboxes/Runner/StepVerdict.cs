using Trainable.Server.Sandboxes.ControlGroups;

namespace Trainable.Server.Sandboxes.Runner;

/// <summary>Everything that is known of a step once none of its processes is left, and what that comes to.</summary>
internal sealed record StepVerdict
{
    private const int CpuTimeSignal = 24; // SIGXCPU
    private const int FileSizeSignal = 25; // SIGXFSZ

    public required StepLimits Limits { get; init; }
    public required TimeSpan Wall { get; init; }

    /// <summary>What the runner's own wait told; null when it never did.</summary>
    public required RunnerEvent? Exit { get; init; }

    /// <summary>Why the step could not be started.</summary>
    public required string? Failure { get; init; }

    /// <summary>What the host ended it for.</summary>
    public required StepOutcome? Stopped { get; init; }

    /// <summary>The limit that the watch saw passed, in words.</summary>
    public required string? Exceeded { get; init; }

    /// <summary>Null where there are no control groups.</summary>
    public required ControlGroupUsage? Usage { get; init; }

    /// <summary>The most memory seen in use where there are none.</summary>
    public required long WatchedPeak { get; init; }
    public required bool RunnerRanOutOfMemory { get; init; }

    public StepEnded Give()
    {
        var ended = new StepEnded
        {
            Outcome = Decide(),
            ExitCode = Exit?.Code,
            Signal = Exit?.Signal is > 0 and var signal ? signal : null,
            Wall = Wall,
            Cpu = Usage?.Cpu ?? TimeSpan.FromSeconds((Exit?.UserS ?? 0) + (Exit?.SystemS ?? 0)),
            PeakMemoryBytes = Usage?.PeakMemoryBytes ?? Math.Max(Exit?.MaxRss ?? 0, WatchedPeak),
            Sentence = "",
        };
        return ended with { Sentence = StepSentence.For(ended, Limits, Failure, Exceeded) };
    }

    private StepOutcome Decide()
    {
        if (Stopped is { } reason)
            return reason;
        // A worker may have been ended for memory and its parent have made do without it.
        if (Exit is { Code: 0 })
            return StepOutcome.Ok;
        if (Usage?.OutOfMemoryKills > 0 || (Exit is null && RunnerRanOutOfMemory))
            return StepOutcome.OutOfMemory;
        if (Exit is null && Failure is null)
            return StepOutcome.Lost;
        return Exit?.Signal switch
        {
            CpuTimeSignal => StepOutcome.CpuLimit,
            FileSizeSignal => StepOutcome.FileLimit,
            _ => Usage?.RefusedProcesses > 0 ? StepOutcome.ProcessLimit : StepOutcome.Error,
        };
    }
}
