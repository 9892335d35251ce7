using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>Attacks on the machine's memory, processes, descriptors, and on the server that reads the output.</summary>
internal static class ExhaustionAttacks
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();

        var bomb = await lab.TryAsync(session, "fork_bomb.py", new StepLimits { WallClock = Short, Processes = 64 });
        lab.Add("a fork bomb", bomb.Outcome is StepOutcome.Timeout, "processes are limited, then killed", bomb.Ended);
        await lab.AddNextStepAsync(session, "a fork bomb");

        var memory = await lab.TryAsync(
            session,
            "memory_bomb.py",
            new StepLimits { WallClock = SandboxLab.Limit, MemoryBytes = 256L << 20 }
        );
        lab.Add(
            "memory taken in sixteen processes",
            memory.Outcome is StepOutcome.OutOfMemory or StepOutcome.Timeout
                && memory.Ended.PeakMemoryBytes <= 260L << 20,
            "the control group's limit, for all together",
            memory.Ended
        );
        await lab.AddNextStepAsync(session, "a memory bomb");

        await lab.TryToTheEndAsync(session, "tmp_fill.py");
        await lab.TryToTheEndAsync(session, "descriptors.py");

        var flood = await lab.TryAsync(
            session,
            "flood.py",
            new StepLimits { WallClock = SandboxLab.Limit, OutputBytes = 64 << 20 }
        );
        lab.Add(
            "a flood of output in one endless line",
            flood.Outcome is StepOutcome.OutputLimit,
            "output limit",
            flood.Ended
        );
        await lab.AddNextStepAsync(session, "a flood");
    }
}
