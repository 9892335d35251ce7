using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Bench.Rows;

/// <summary>
/// Metric lines of a script, from its first line to the moment its step has ended, counted in the database after the server
/// was killed; and how fast the script could write compared to a run in which nobody listens.
/// </summary>
internal static class MetricRow
{
    private const int Lines = 200_000;
    private const int Runs = 5;
    private const double LeastPerSecond = 40_000;
    private const double LeastSpeed = 0.9;

    /// <summary>A training loop that works a little between its lines, and says how long it took.</summary>
    private const string Script = """
        import json, time
        began = time.perf_counter()
        loss = 1.0
        for step in range(LINES):
            for _ in range(WORK):
                loss *= 0.9999
            print(json.dumps({"step": step, "metrics": {"loss": loss}}))
        with open("seconds.txt", "w") as file:
            file.write(str(time.perf_counter() - began))
        """;

    /// <summary>Work per line, so that the script alone writes about 50,000 lines a second: faster than the rate to reach.</summary>
    private const int Work = 250;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var rates = new List<double>();
        var speeds = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var alone = await AloneAsync();
            var (wall, listened) = await ListenedAsync();
            rates.Add(Lines / wall);
            speeds.Add(alone / listened);
        }
        var (rate, speed) = (Statistics.Median(rates), Statistics.Median(speeds));
        return
        [
            new Measurement(
                "metric lines from a script, counted in the database after `kill -9`",
                "≥ 40,000 lines/s",
                $"all {Lines:N0} there, {BenchServer.Format(Math.Round(rate), "lines/s")}",
                rate >= LeastPerSecond,
                Statistics.Spread(rates.Select(one => one / 1000), "0.0'k'")
            ),
            new Measurement(
                "speed of that script, of what it has when nobody listens",
                "≥ 90 %",
                BenchServer.Format(100 * speed, "%"),
                speed >= LeastSpeed,
                Statistics.Spread(speeds.Select(one => 100 * one), "0")
            ),
        ];
    }

    private static string Code =>
        Script
            .Replace("LINES", $"{Lines}", StringComparison.Ordinal)
            .Replace("WORK", $"{Work}", StringComparison.Ordinal);

    /// <summary>Seconds the script takes by itself, its lines thrown away.</summary>
    private static async Task<double> AloneAsync()
    {
        var folder = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        var script = Path.Combine(folder, "script.py");
        await File.WriteAllTextAsync(script, Code);
        using var python = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec /usr/bin/python3 script.py > /dev/null"])
            {
                WorkingDirectory = folder,
            }
        )!;
        await python.WaitForExitAsync();
        var seconds = await SecondsAsync(folder);
        Directory.Delete(folder, recursive: true);
        return seconds;
    }

    /// <summary>Seconds from the step's start to its end, and those the script took meanwhile.</summary>
    private static async Task<(double Wall, double Script)> ListenedAsync()
    {
        var home = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        var script = Path.Combine(home, "script.py");
        await File.WriteAllTextAsync(script, Code);
        using var server = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["serve", home, script])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var told = (await server.StandardOutput.ReadLineAsync())!.Split(' ');
        var (url, token, session) = (new Uri(told[0]), told[1], Guid.Parse(told[2]));
        var wall = await WaitForStepAsync(url, token, session);
        server.Kill();
        await server.WaitForExitAsync();
        await using (var database = new SqliteConnection($"Data Source={new TrainableHome(home).Database}"))
        {
            await database.OpenAsync();
            await using var count = database.CreateCommand();
            count.CommandText = "SELECT COUNT(*) FROM metrics";
            var kept = Convert.ToInt64(await count.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
            if (kept != Lines)
                throw new InvalidOperationException($"{kept} of {Lines} metric lines are in the database.");
        }
        SqliteConnection.ClearAllPools();
        var seconds = await SecondsAsync(Path.Combine(home, "workspace", "sessions", $"{session}", Stages.Eda));
        Directory.Delete(home, recursive: true);
        return (wall, seconds);
    }

    private static async Task<double> WaitForStepAsync(Uri url, string token, Guid session)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await using var body = await http.GetStreamAsync($"/api/sessions/{session}/stream?after=0");
        long since = 0;
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            // The clock starts with the first line that arrives: the sandbox's start is another row's.
            if (since == 0 && item.Data.StartsWith("{\"type\":\"metrics_batch\"", StringComparison.Ordinal))
                since = TimeProvider.System.GetTimestamp();
            if (!item.Data.StartsWith("{\"type\":\"tool_end\"", StringComparison.Ordinal))
                continue;
            var ended = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            if (ended.Data.GetProperty("outcome").GetString() != "ok")
                throw new InvalidOperationException(ended.Data.GetRawText());
            return TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        }
        throw new InvalidOperationException("The step did not end.");
    }

    private static async Task<double> SecondsAsync(string folder) =>
        double.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "seconds.txt")), CultureInfo.InvariantCulture);
}
