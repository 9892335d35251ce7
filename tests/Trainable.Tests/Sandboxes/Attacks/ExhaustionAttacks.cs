using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>Attacks on the machine's memory, processes, descriptors, and on the server that reads the output.</summary>
internal static class ExhaustionAttacks
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private static readonly (string Script, string What)[] Fills =
    [
        ("disk_fill.py", "filling the disk, in a file whose name is no text"),
        ("inode_fill.py", "using up the disk's inodes"),
        ("deep_folders.py", "folders nested until whoever walks them runs out of stack"),
    ];

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

        foreach (var (script, what) in Fills)
        {
            await using var filled = await lab.OpenAsync();
            var limits = new StepLimits
            {
                WallClock = SandboxLab.Limit,
                DiskBytes = 64L << 20,
                DiskFiles = 5_000,
            };
            var fill = await lab.TryAsync(filled, script, limits);
            lab.Add(
                what,
                fill.Outcome is StepOutcome.DiskLimit,
                "the session's quota, watched by the host",
                fill.Ended
            );
            await lab.AddNextStepAsync(filled, what);
        }

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
