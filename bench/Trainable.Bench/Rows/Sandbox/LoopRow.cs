using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Bench.Rows.Sandbox;

/// <summary>
/// A training loop of 10,000 metric lines: how fast it runs while its metrics are kept and watched by a client, of what the
/// same loop has in the same process while what it writes goes to <c>/dev/null</c>. The two take turns, so that a busy
/// machine slows both alike. Once with the SDK's <c>log</c>, once with printed JSON lines.
/// </summary>
internal static class LoopRow
{
    private const int Pairs = 21;
    private const double LeastSpeed = 0.9;

    /// <summary>Some 5 to 10 µs of work and writing a line: a faster loop than any that trains something.</summary>
    private const string Loop = """
        import json, os, sys, time, trainable
        from trainable._channel import channel
        def loop():
            began, used = time.perf_counter(), time.process_time()
            loss = 1.0
            for step in range(10_000):
                for _ in range(250):
                    loss *= 0.9999
                LINE
            return time.perf_counter() - began, time.process_time() - used
        null, kept = os.open(os.devnull, os.O_WRONLY), os.dup(DESCRIPTOR)
        trainable.log(0, {"loss": 1.0})
        channel.flush()
        for turn in range(2 * PAIRS):
            os.dup2(kept if turn % 2 else null, DESCRIPTOR)
            wall, cpu = loop()
            channel.flush()
            print("watched" if turn % 2 else "unread", wall, cpu, file=sys.stderr, flush=True)
            time.sleep(0.3)
        """;

    private static readonly (string Name, string Line, int Descriptor)[] Ways =
    [
        ("trainable.log", """trainable.log(step, {"loss": loss})""", 3),
        ("printed JSON", """print(json.dumps({"step": step, "metrics": {"loss": loss}}))""", 1),
    ];

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var measured = new List<Measurement>();
        foreach (var (name, line, descriptor) in Ways)
        {
            var code = Loop.Replace("LINE", line, StringComparison.Ordinal)
                .Replace("DESCRIPTOR", $"{descriptor}", StringComparison.Ordinal)
                .Replace("PAIRS", $"{Pairs}", StringComparison.Ordinal);
            var times = await TimesAsync(code);
            var wall = Share(times, time => time.Wall);
            measured.Add(
                new Measurement(
                    $"speed of a loop of 10,000 metric lines ({name}), of what it has unread",
                    "≥ 90 %",
                    BenchServer.Format(Math.Round(100 * wall), "%"),
                    wall >= LeastSpeed,
                    $"{Pairs} pairs; by processor time {100 * Share(times, time => time.Cpu):0} %"
                )
            );
        }
        return measured;
    }

    private static double Share(List<LoopTime> times, Func<LoopTime, double> of) =>
        Statistics.Median(times.Where(time => !time.Watched).Select(of))
        / Statistics.Median(times.Where(time => time.Watched).Select(of));

    private static async Task<List<LoopTime>> TimesAsync(string code)
    {
        await using var server = await BenchServer.StartAsync(new Transcript(code, times: 1));
        var session = (await server.CreateExperimentAsync()).SessionId;
        await server.StartEdaAsync(session);
        await using var body = await server.Http.GetStreamAsync($"/api/sessions/{session}/stream?after=0");
        var times = new List<LoopTime>();
        var points = 0;
        // A client in this process shares the script's processors with it: it counts the points and reads the rest.
        await foreach (var item in SseParser.Create(body, Parse).EnumerateAsync())
        {
            points += item.Data.Points;
            if (item.Data.Event is not { } read)
                continue;
            if (read.Type == EventTypes.CodeOutput)
                times.AddRange(read.Data.GetProperty("text").GetString()!.Trim().Split('\n').Select(LoopTime.Parse));
            if (read.Type == EventTypes.ToolEnd)
                break;
        }
        return (times.Count, points) == (2 * Pairs, (Pairs * 10_000) + 1)
            ? times
            : throw new InvalidOperationException($"{points} metric lines and {times.Count} times arrived.");
    }

    private static (int Points, StreamEvent? Event) Parse(string type, ReadOnlySpan<byte> data) =>
        data.StartsWith("{\"type\":\"metrics_batch\""u8)
            ? (data.Count("\"step\":"u8), null)
            : (0, JsonSerializer.Deserialize(data, ContractJson.Default.StreamEvent));

    private sealed record LoopTime(bool Watched, double Wall, double Cpu)
    {
        public static LoopTime Parse(string line)
        {
            var words = line.Split(' ');
            return new LoopTime(words[0] == "watched", Seconds(words[1]), Seconds(words[2]));
        }

        private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }
}
