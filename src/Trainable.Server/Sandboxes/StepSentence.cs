using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes;

/// <summary>Says how a step ended: what happened, what it used, and what to do about it.</summary>
internal static class StepSentence
{
    private static readonly Dictionary<int, string> Signals = new()
    {
        [4] = "SIGILL",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE",
        [9] = "SIGKILL",
        [11] = "SIGSEGV",
        [15] = "SIGTERM",
        [31] = "SIGSYS",
    };

    public static string For(StepEnded ended, StepLimits limits, string? failure = null, string? exceeded = null) =>
        ended.Outcome switch
        {
            StepOutcome.Ok => $"The step ran for {Seconds(ended.Wall)} and used at most {Used(ended)} of memory.",
            StepOutcome.Error when failure is not null => $"The step could not be started: {failure}.",
            StepOutcome.Error when ended.Signal is { } signal => BySignal(ended, signal),
            StepOutcome.Error => $"The script ended with exit code {ended.ExitCode} after {Seconds(ended.Wall)}.",
            StepOutcome.Timeout =>
                $"The step was stopped after {Seconds(limits.WallClock)}, its limit. Do less in one step (fewer rows, trials "
                    + "or models) and save what is finished as you go.",
            StepOutcome.Cancelled =>
                $"The step was cancelled after {Seconds(ended.Wall)}; nothing of it is still running.",
            StepOutcome.OutOfMemory =>
                $"The step was ended because it needed more than the {ByteSize.Format(limits.MemoryBytes)} of memory it may "
                    + "use. Work on fewer rows or columns at a time, use smaller types, or fewer parallel jobs.",
            StepOutcome.OutputLimit =>
                $"The step was ended because it wrote more than {ByteSize.Format(limits.OutputBytes)} of output, its limit. "
                    + "Print less, or write to a file.",
            StepOutcome.CpuLimit =>
                $"The step was ended because it used {exceeded ?? Cpu(ended, limits)}. Do less in one step, or use faster "
                    + "methods and fewer parallel jobs.",
            StepOutcome.DiskLimit =>
                $"The step was ended because it left {exceeded}. Delete what is no longer needed, and keep fewer and "
                    + "smaller files.",
            StepOutcome.FileLimit =>
                $"The step was ended because it wrote a file of more than {ByteSize.Format(limits.FileBytes)}, the limit. "
                    + "Write smaller files, or a compressed format such as Parquet.",
            StepOutcome.ProcessLimit =>
                $"The script ended with exit code {ended.ExitCode} after it was refused a process or thread: it may have "
                    + $"{limits.Processes:N0} at a time. Use fewer parallel jobs.",
            StepOutcome.Lost =>
                $"The sandbox ended after {Seconds(ended.Wall)} without the step's result, so it is not known what the step "
                    + "did. Run it again.",
            _ => throw new InvalidOperationException($"There is no sentence for {ended.Outcome}."),
        };

    private static string BySignal(StepEnded ended, int signal)
    {
        var name = Signals.GetValueOrDefault(signal, $"signal {signal}");
        var why = signal switch
        {
            4 or 6 or 7 or 8 or 11 => "a crash in native code, not a Python error",
            9 => "something in the script killed it",
            _ => "the script was ended from outside Python",
        };
        return $"The script was ended by {name} after {Seconds(ended.Wall)}: {why}.";
    }

    private static string Cpu(StepEnded ended, StepLimits limits) =>
        $"{Seconds(ended.Cpu)} of CPU time, of at most {Seconds(limits.CpuTime ?? limits.WallClock)}";

    private static string Used(StepEnded ended) => ByteSize.Format(ended.PeakMemoryBytes);

    private static string Seconds(TimeSpan time) =>
        time.TotalSeconds < 10 ? $"{time.TotalSeconds:0.0#} s" : $"{time.TotalSeconds:N0} s";
}
