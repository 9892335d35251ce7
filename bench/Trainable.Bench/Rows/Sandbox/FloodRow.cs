using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>
/// A step writes a gigabyte as fast as it can: what that adds to the server's memory, and how much later the lines of
/// another session's script arrive meanwhile.
/// </summary>
internal static class FloodRow
{
    private const int Rounds = 5;
    private const int Ticks = 60;
    private const double MostMemory = 30;
    private const double MostDelay = 100;

    private const string Flood = """
        import os, sys, time
        while not os.path.exists("go"):
            time.sleep(0.01)
        line = b"x" * 127 + b"\n"
        block = line * (1 << 13)
        for _ in range(1024):
            sys.stdout.buffer.write(block)
        """;

    private static readonly string Tick = $"""
        import time
        for _ in range({Ticks}):
            print(time.time(), flush=True)
            time.sleep(0.05)
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var (added, quiet, beside) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
            await RoundAsync(added, quiet, beside);
        var memory = Statistics.Median(added);
        var delay = Statistics.Median(beside);
        return
        [
            new Measurement(
                "memory that a step's 1 GB of stdout adds to the server, at its peak",
                $"≤ {MostMemory} MB",
                BenchServer.Format(memory, "MB"),
                memory <= MostMemory,
                Statistics.Spread(added, "0.0")
            ),
            new Measurement(
                "another session's line, from its script to a client, while that gigabyte is written (p95)",
                $"≤ {MostDelay} ms",
                $"{BenchServer.Format(delay, "ms")} (without it {BenchServer.Format(Statistics.Median(quiet), "ms")})",
                delay <= MostDelay,
                Statistics.Spread(beside, "0")
            ),
        ];
    }

    private static async Task RoundAsync(List<double> added, List<double> quiet, List<double> beside)
    {
        var home = Directory.CreateTempSubdirectory("trainable-bench-").FullName;
        var script = Path.Combine(home, "flood.py");
        await File.WriteAllTextAsync(script, Flood);
        using var server = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, ["serve", home, script])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var told = (await server.StandardOutput.ReadLineAsync())!.Split(' ');
        using var http = new HttpClient { BaseAddress = new Uri(told[0]), Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", told[1]);
        var other = await CreateSessionAsync(http);
        // Opens the sandbox, loads what streaming needs, and lets the heap settle.
        quiet.Add(await TicksAsync(http, other));
        Processes.ForgetPeak(server.Id);
        var before = Processes.ResidentOf(server.Id);
        var ended = WaitForEndAsync(http, Guid.Parse(told[2]));
        await File.WriteAllTextAsync(Path.Combine(home, "workspace", "sessions", told[2], Stages.Eda, "go"), "");
        beside.Add(await TicksAsync(http, other));
        await ended;
        added.Add((Processes.PeakOf(server.Id) - before) / 1e6);
        server.Kill();
        await server.WaitForExitAsync();
        Directory.Delete(home, recursive: true);
    }

    private static async Task<Guid> CreateSessionAsync(HttpClient http)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("other"), "name" },
            { new StringContent(BenchServer.Csv), "files", "data.csv" },
        };
        using var answer = await http.PostAsync("/api/experiments", form);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        return (await JsonSerializer.DeserializeAsync(body, ContractJson.Default.ExperimentCreated))!.SessionId;
    }

    /// <summary>Milliseconds that nineteen of twenty lines of the other session's script take to arrive.</summary>
    private static async Task<double> TicksAsync(HttpClient http, Guid session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{session}/exec");
        request.Content = new StringContent(Tick, Encoding.UTF8, "text/x-python");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var delays = new List<double>();
        while (await lines.ReadLineAsync() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            if (!document.RootElement.TryGetProperty("text", out var text))
                continue;
            var sent = double.Parse(text.GetString()!.Split('\n')[0], CultureInfo.InvariantCulture);
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            delays.Add(now - (1000 * sent));
        }
        return Statistics.Quantile(delays, 0.95);
    }

    private static async Task WaitForEndAsync(HttpClient http, Guid session)
    {
        await using var body = await http.GetStreamAsync($"/api/sessions/{session}/stream?after=0");
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            if (!item.Data.StartsWith("{\"type\":\"tool_end\"", StringComparison.Ordinal))
                continue;
            var ended = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            if (ended.Data.GetProperty("outcome").GetString() != "ok")
                throw new InvalidOperationException(ended.Data.GetRawText());
            return;
        }
    }
}
