using Trainable.Server.Sandboxes;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>
/// From the call to the first byte that a script writes, in a warm sandbox and with one that has to be opened first; and
/// from the cancelling of a step of six processes to the moment none of them is left.
/// </summary>
internal static class StepTimes
{
    private const int WarmSteps = 25;
    private const int Opens = 7;
    private const int Cancels = 15;
    private const double MostWarm = 15;
    private const double MostCold = 1600;
    private const double MostCancel = 100;

    private const string First = """
        import pandas, sklearn.ensemble
        print("first", flush=True)
        """;

    private const string Family = """
        import os, subprocess, sys, time
        for _ in range(4):
            subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)", "MARK"])
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
        print("up", flush=True)
        while True:
            pass
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        using var runtime = new BenchRuntime();
        var script = runtime.Write("first.py", First);
        var cold = new List<double>();
        for (var open = 0; open < Opens; open++)
        {
            var since = TimeProvider.System.GetTimestamp();
            await using var sandbox = await runtime.OpenAsync();
            cold.Add(await FirstByteAsync(runtime, sandbox, script, since));
        }
        await using var warm = await runtime.OpenAsync();
        var times = new List<double>();
        for (var step = 0; step <= WarmSteps; step++)
        {
            // An agent thinks between two steps, and the runner forks the next one's process meanwhile.
            await Task.Delay(TimeSpan.FromMilliseconds(60));
            times.Add(await FirstByteAsync(runtime, warm, script, TimeProvider.System.GetTimestamp()));
        }
        times.RemoveAt(0);
        var cancels = new List<double>();
        for (var cancel = 0; cancel < Cancels; cancel++)
            cancels.Add(await CancelAsync(runtime, warm));
        return
        [
            Measurement.OfTimes("execute to first byte, sandbox warm", MostWarm, times, "steps"),
            Measurement.OfTimes("execute to first byte, sandbox not open yet", MostCold, cold, "openings"),
            Measurement.OfTimes("cancelling a step of six processes, until none is left", MostCancel, cancels, "steps"),
        ];
    }

    private static async Task<double> FirstByteAsync(
        BenchRuntime runtime,
        ISandbox sandbox,
        SandboxScript script,
        long since
    )
    {
        double? first = null;
        await foreach (var _ in runtime.Run(sandbox, script, CancellationToken.None))
            first ??= TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
        return first!.Value;
    }

    private static async Task<double> CancelAsync(BenchRuntime runtime, ISandbox sandbox)
    {
        var mark = $"bench-{Guid.NewGuid():N}";
        var script = runtime.Write("family.py", Family.Replace("MARK", mark, StringComparison.Ordinal));
        using var cancel = new CancellationTokenSource();
        long since = 0;
        await foreach (var _ in runtime.Run(sandbox, script, cancel.Token))
        {
            if (since != 0)
                continue;
            since = TimeProvider.System.GetTimestamp();
            await cancel.CancelAsync();
        }
        var took = TimeProvider.System.GetElapsedTime(since).TotalMilliseconds;
        return Processes.WithArgument(mark) == 0
            ? took
            : throw new InvalidOperationException("A cancelled step left a process.");
    }
}
