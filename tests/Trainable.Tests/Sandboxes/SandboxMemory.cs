using System.Globalization;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>
/// What sandboxes cost in memory, not run by default: <c>Trainable.Tests --explicit only --filter-class *SandboxMemory
/// --show-live-output on</c>.
/// </summary>
public sealed class SandboxMemory
{
    private const int Sandboxes = 6;

    [Fact(Explicit = true)]
    public async Task MemoryOfWarmSandboxes()
    {
        using var lab = new SandboxLab();
        var open = new List<LabSession>();
        var before = 0L;
        for (var number = 1; number <= Sandboxes; number++)
        {
            open.Add(await lab.OpenAsync(preload: true));
            await open[^1].RunAsync("import pandas");
            var sum = open.Sum(session => HostProcesses.WithArgument(session.SandboxDirectory).Sum(Held));
            Say($"{number} warm: {sum >> 20} MB, this one {(sum - before) >> 20} MB");
            before = sum;
        }
        foreach (var session in open)
            await session.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task MemoryOfAGigabyteOfOutput()
    {
        using var lab = new SandboxLab();
        await using var session = await lab.OpenAsync();
        await session.RunAsync("print('warm')");
        var before = Environment.WorkingSet;
        var (most, read) = (0L, 0L);
        const string code = "import sys\nfor _ in range(1024): sys.stdout.buffer.write(bytes(1 << 20))";
        var started = TimeProvider.System.GetTimestamp();
        await foreach (var told in session.Start(code, null, TestContext.Current.CancellationToken))
        {
            if (told is not StepOutput output)
                continue;
            read += output.Bytes.Length;
            if (read % (16 << 20) < output.Bytes.Length)
                most = Math.Max(most, Environment.WorkingSet);
        }
        Say(
            $"{read >> 20} MB of output in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s added at most "
                + $"{(most - before) >> 20} MB to the host"
        );
    }

    /// <summary>Of a process and all beneath it, shared pages divided among those that share them.</summary>
    private static long Held(int pid)
    {
        try
        {
            var own = File.ReadLines($"/proc/{pid}/smaps_rollup")
                .First(line => line.StartsWith("Pss:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (1024 * long.Parse(own, CultureInfo.InvariantCulture))
                + children
                    .Select(child => int.Parse(child, CultureInfo.InvariantCulture))
                    .Where(child =>
                        !File.ReadAllText($"/proc/{child}/cmdline").Contains("/data/sessions", StringComparison.Ordinal)
                    )
                    .Sum(Held);
        }
        catch (IOException)
        {
            return 0; // Ended meanwhile.
        }
    }

    private static void Say(string line) => TestContext.Current.TestOutputHelper.ShouldNotBeNull().WriteLine(line);
}
