using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.Events;

namespace Trainable.Bench.Rows;

/// <summary>
/// A burst of events to many followers: real sockets, the followers in another process, every sequence number checked.
/// Counted from the first append to the last delivery.
/// </summary>
internal static class BurstRow
{
    private const int Events = 5_000;
    private const int Clients = 200;
    private const int Runs = 5;
    private const double LeastPerSecond = 250_000;

    public static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        var rates = new List<double>();
        await using var server = await BenchServer.StartAsync();
        for (var run = 0; run <= Runs; run++)
        {
            var rate = await BurstAsync(server);
            if (run > 0)
                rates.Add(rate);
        }
        var median = Statistics.Median(rates);
        return
        [
            new Measurement(
                $"{Events:N0}-event burst to {Clients} SSE clients in another process, every sequence checked",
                "none lost, ≥ 250,000 deliveries/s",
                $"none lost, {BenchServer.Format(Math.Round(median), "deliveries/s")}",
                median >= LeastPerSecond,
                Statistics.Spread(rates.Select(rate => rate / 1000), "0'k'")
            ),
        ];
    }

    private static async Task<double> BurstAsync(BenchServer server)
    {
        var session = (await server.CreateExperimentAsync()).SessionId;
        var arguments = new[]
        {
            "clients",
            $"{server.Url.Port}",
            server.Token,
            $"{session}",
            $"{Clients}",
            $"{Events}",
        };
        using var clients = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        if (await clients.StandardOutput.ReadLineAsync() != "connected")
            throw new InvalidOperationException("The clients did not connect.");
        var log = server.Services.GetRequiredService<Server.Events.EventLog>();
        var since = TimeProvider.System.GetTimestamp();
        var appends = Enumerable
            .Range(0, Events)
            .Select(index => log.AppendAsync(new Append(session) { Events = [Line(index)] }))
            .ToArray();
        var delivered = await clients.StandardOutput.ReadLineAsync();
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        await Task.WhenAll(appends);
        await clients.WaitForExitAsync();
        if (delivered != $"{Clients * Events}")
            throw new InvalidOperationException($"The clients say: {delivered ?? "nothing"}.");
        return Clients * Events / seconds;
    }

    private static EventDraft Line(int index) =>
        EventDraft.Create(
            EventTypes.CodeOutput,
            new CodeOutput("stdout", string.Create(CultureInfo.InvariantCulture, $"epoch {index} loss 0.4321\n")),
            ContractJson.Default.CodeOutput
        );
}
