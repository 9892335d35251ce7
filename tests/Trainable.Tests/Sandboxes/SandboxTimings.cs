using System.Diagnostics;
using Trainable.Server.Artifacts;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Sandboxes;

/// <summary>
/// The sandbox's figures, not run by default: <c>Trainable.Tests --explicit only --filter-class *SandboxTimings
/// --show-live-output on</c>, on a machine with nothing else to do.
/// </summary>
public sealed class SandboxTimings
{
    private const int Rounds = 41;

    [Fact(Explicit = true)]
    public async Task TimesOfASandbox()
    {
        using var lab = new SandboxLab(new SandboxOptions { MemoryBytes = 4L << 30 });
        await using (await lab.OpenAsync())
        {
            // Pays for what the runtime finds out once.
        }
        var output = TestContext.Current.TestOutputHelper.ShouldNotBeNull();
        output.WriteLine($"open, packages imported: {await MedianAsync(5, () => OpenAsync(lab, preload: true)):F0} ms");
        output.WriteLine(
            $"open, nothing imported: {await MedianAsync(15, () => OpenAsync(lab, preload: false)):F0} ms"
        );

        await using var session = await lab.OpenAsync(preload: true, memory: 4L << 30);
        const string code = "import pandas, sklearn.ensemble; print('first', flush=True)";
        var (first, whole) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            // An agent thinks between two steps, and the runner forks the next one's process meanwhile.
            await Task.Delay(60, TestContext.Current.CancellationToken);
            var (firstByte, end) = await StepAsync(session, code);
            first.Add(firstByte);
            whole.Add(end);
        }
        output.WriteLine($"execute to first byte, warm: {Median(first):F1} ms; to the end: {Median(whole):F1} ms");
        output.WriteLine($"cancel to no process: {await MedianAsync(15, () => CancelAsync(session)):F1} ms");
        var flood = await MedianAsync(
            3,
            () =>
                TimeAsync(session.RunAsync("import sys\nfor _ in range(512): sys.stdout.buffer.write(bytes(1 << 20))"))
        );
        output.WriteLine($"512 MB of output: {flood:F0} ms");
    }

    [Fact(Explicit = true)]
    public void TimeOfASnapshotOfTenThousandFiles()
    {
        var folder = Directory.CreateTempSubdirectory("trainable-timing-").FullName;
        foreach (var file in Enumerable.Range(0, 10_000))
        {
            var parent = Directory.CreateDirectory(Path.Combine(folder, $"{file % 50}")).FullName;
            File.WriteAllText(Path.Combine(parent, $"{file}.png"), "");
        }
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            WorkspaceSnapshot.Take(folder).Count.ShouldBe(10_000);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        Directory.Delete(folder, recursive: true);
        TestContext.Current.TestOutputHelper.ShouldNotBeNull().WriteLine($"snapshot: {Median(times):F1} ms");
    }

    private static async Task<double> OpenAsync(SandboxLab lab, bool preload)
    {
        var watch = Stopwatch.StartNew();
        await using var session = await lab.OpenAsync(preload);
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<(double First, double End)> StepAsync(LabSession session, string code)
    {
        var script = session.Write(code);
        var watch = Stopwatch.StartNew();
        double? first = null;
        await foreach (
            var _ in session.Sandbox.RunAsync(script, new StepLimits(), TestContext.Current.CancellationToken)
        )
            first ??= watch.Elapsed.TotalMilliseconds;
        return (first ?? 0, watch.Elapsed.TotalMilliseconds);
    }

    private static async Task<double> CancelAsync(LabSession session)
    {
        using var cancel = new CancellationTokenSource();
        const string code = """
            import subprocess, sys
            for _ in range(4): subprocess.Popen([sys.executable, "-c", "import pandas, time; time.sleep(600)"])
            print("up", flush=True)
            while True: pass
            """;
        var watch = new Stopwatch();
        await foreach (var _ in session.Start(code, limits: null, cancel.Token))
        {
            if (!watch.IsRunning)
            {
                watch.Start();
                await cancel.CancelAsync();
            }
        }
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> TimeAsync(Task task)
    {
        var watch = Stopwatch.StartNew();
        await task;
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<double> MedianAsync(int rounds, Func<Task<double>> measure)
    {
        var values = new List<double>();
        for (var round = 0; round < rounds; round++)
            values.Add(await measure());
        return Median(values);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
