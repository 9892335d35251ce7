using System.Net.ServerSentEvents;
using System.Text.Json;
using Trainable.Contracts;

namespace Trainable.Bench.Rows;

/// <summary>
/// What a step costs beside its own work: from the agent's call to the first output, with pandas and scikit-learn loaded,
/// and from one call to the next with a model that answers at once.
/// </summary>
internal static class StepRows
{
    private const int Steps = 25;
    private const double MostFirstOutput = 15;
    private const double MostHostTime = 20;

    /// <summary>Says when it began to run (on the clock the host reads too) and writes at once.</summary>
    private const string Script = """
        import time
        began = time.time()
        import pandas, sklearn
        print(f"began {began:.6f} loaded {time.time():.6f}", flush=True)
        """;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        await using var server = await BenchServer.StartAsync(new Transcript(Script, Steps));
        var session = (await server.CreateExperimentAsync()).SessionId;
        await server.StartEdaAsync(session);
        var first = new List<double>();
        var host = new List<double>();
        await using var body = await server.Http.GetStreamAsync($"/api/sessions/{session}/stream?after=0");
        DateTime? called = null;
        double inside = 0;
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            var read = JsonSerializer.Deserialize(item.Data, ContractJson.Default.StreamEvent)!;
            switch (read.Type)
            {
                case EventTypes.ToolStart:
                    if (called is { } before)
                        host.Add((Now() - before).TotalMilliseconds - inside);
                    called = Now();
                    break;
                case EventTypes.CodeOutput:
                    var told = read.Data.GetProperty("text").GetString()!.Split(' ');
                    var (began, loaded) = (Time(told[1]), Time(told[3]));
                    inside = (loaded - began).TotalMilliseconds;
                    first.Add((loaded - called!.Value).TotalMilliseconds);
                    break;
                default:
                    break;
            }
            if (first.Count == Steps)
                break;
        }
        // The first step waits for the sandbox to open; it is not warm.
        first.RemoveAt(0);
        host.RemoveAt(0);
        return
        [
            Measurement.OfTimes(
                "execute_code to first output, pandas and scikit-learn loaded",
                MostFirstOutput,
                first,
                "steps"
            ),
            Measurement.OfTimes(
                "host time per step: what loop, log and sandbox add to the script",
                MostHostTime,
                host,
                "steps"
            ),
        ];
    }

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private static DateTime Time(string seconds) =>
        DateTime.UnixEpoch.AddSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
}
