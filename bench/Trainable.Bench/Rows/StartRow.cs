using System.Diagnostics;
using System.Globalization;

namespace Trainable.Bench.Rows;

/// <summary>Start to healthy, and the memory of a server that nobody asks anything (<c>trainable up</c>, Release).</summary>
internal static class StartRow
{
    private const int Runs = 7;
    private const double MostSeconds = 0.8;
    private const double MostMebibytes = 110;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var seconds = new List<double>();
        var memory = new List<double>();
        var home = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        for (var run = 0; run <= Runs; run++)
        {
            var (start, resident) = await StartAsync(home);
            if (run == 0)
                continue; // Makes the home and warms the disk cache.
            seconds.Add(start);
            memory.Add(resident);
        }
        Directory.Delete(home, recursive: true);
        var median = Statistics.Median(seconds);
        var mebibytes = Statistics.Median(memory);
        return
        [
            new Measurement(
                "start of `trainable up` to healthy",
                $"≤ {MostSeconds} s",
                BenchServer.Format(median, "s"),
                median <= MostSeconds,
                Statistics.Spread(seconds, "0.00")
            ),
            new Measurement(
                "resident memory of an idle server, 5 s after its start",
                $"≤ {MostMebibytes} MiB",
                BenchServer.Format(mebibytes, "MiB"),
                mebibytes <= MostMebibytes,
                Statistics.Spread(memory, "0")
            ),
        ];
    }

    private static async Task<(double Seconds, double Mebibytes)> StartAsync(string home)
    {
        var command = new ProcessStartInfo(
            Path.Combine(Machine.Repository, "artifacts/publish/Trainable.Cli/release_linux-x64/trainable"),
            ["up", "--no-open", "--port", "0", "--home", home]
        )
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var since = TimeProvider.System.GetTimestamp();
        using var server = Process.Start(command)!;
        var line = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("no server");
        var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim());
        using var http = new HttpClient();
        await http.GetStringAsync(new Uri(address, "/api/health"));
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(5));
        var resident = (await File.ReadAllLinesAsync($"/proc/{server.Id}/status"))
            .Single(row => row.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using var stop = Process.Start("kill", ["-INT", server.Id.ToString(CultureInfo.InvariantCulture)]);
        await server.WaitForExitAsync();
        return (seconds, double.Parse(resident, CultureInfo.InvariantCulture) / 1024);
    }
}
