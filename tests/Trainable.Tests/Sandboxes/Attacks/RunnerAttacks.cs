using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes.Attacks;

/// <summary>Attacks on the process that forks every step, and so on the steps that come later.</summary>
internal static class RunnerAttacks
{
    public static async Task MemoryAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();
        const string inherited = """
            import os, resource
            print(sorted(os.sched_getaffinity(0)), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0),
                  *(resource.getrlimit(which) for which in range(16)))
            """;
        var before = await session.RunAsync(inherited);
        await lab.TryToTheEndAsync(session, "runner_memory.py");
        var after = await session.RunAsync(inherited);
        lab.Add(
            "processors, priority and limits of later steps",
            before.Stdout == after.Stdout && after.Outcome is StepOutcome.Ok,
            "seccomp; the runner resets its processors",
            before.Stdout + after.Stdout
        );
        await lab.AddNextStepAsync(session, "reaching for the runner");
    }

    public static async Task PoisonAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync(preload: true);
        await lab.TryToTheEndAsync(session, "poison.py");
        await lab.TryToTheEndAsync(session, "poisoned.py");
    }

    public static async Task SettingsAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync(preload: true);
        var killed = await lab.TryAsync(session, "settings_poison.py");
        killed.ShouldHave(StepOutcome.Lost);
        await lab.TryToTheEndAsync(session, "settings_poisoned.py");

        await lab.TryToTheEndAsync(session, "stop_everything.py");
        await lab.AddNextStepAsync(session, "stopping everything");
    }

    public static async Task ForgedAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();

        var forged = await lab.TryAsync(session, "forged_records.py");
        var next = await session.RunAsync("print('clean')");

        lab.Add(
            "the runner's messages written to every descriptor",
            forged is { Outcome: StepOutcome.Error, Ended.ExitCode: 9 },
            "results come from the runner's own wait4",
            forged.Ended
        );
        lab.Add(
            "a process left behind that writes records into later steps",
            next is { Outcome: StepOutcome.Ok, Records: "", Stdout: "clean\n" },
            "a pipe for each step; left-overs are killed",
            next.Records
        );
    }

    public static async Task KillsAsync(AttackLab lab)
    {
        await using var session = await lab.OpenAsync();

        var killed = await lab.TryAsync(session, "kill_runner.py", limits: null, "SIGKILL");
        lab.Add("killing the runner", killed.Outcome is StepOutcome.Lost, "the step is lost, never ok", killed.Ended);
        await lab.AddNextStepAsync(session, "killing the runner");

        var stopped = await lab.TryAsync(
            session,
            "kill_runner.py",
            new StepLimits { WallClock = TimeSpan.FromSeconds(1) },
            "SIGSTOP"
        );
        lab.Add(
            "stopping the runner with SIGSTOP",
            stopped.Outcome is StepOutcome.Timeout,
            "the host's own timer",
            stopped.Ended
        );
        await lab.AddNextStepAsync(session, "stopping the runner");

        var all = await lab.TryAsync(session, "kill_all.py");
        lab.Add(
            "killing everything and claiming success",
            all.Outcome is StepOutcome.Lost,
            "no result, no ok",
            all.Ended
        );
        await lab.AddNextStepAsync(session, "killing everything");

        var marker = $"stubborn-{Guid.NewGuid():N}";
        var stubborn = await lab.TryAsync(
            session,
            "stubborn.py",
            new StepLimits { WallClock = TimeSpan.FromSeconds(1) },
            marker
        );
        lab.Add(
            "ignoring every signal",
            stubborn.Outcome is StepOutcome.Timeout && stubborn.Ended.Wall < TimeSpan.FromSeconds(5),
            "the control group is killed",
            stubborn.Ended
        );
        await lab.AddNextStepAsync(session, "ignoring every signal");
    }
}
