using System.Globalization;

namespace Trainable.Bench.Rows;

/// <summary>
/// What the agent loop adds to a turn beside model and tool: with one session, and with a hundred whose models think for a
/// second or so, of which no turn is to be late.
/// </summary>
internal static class TurnRows
{
    private const double MostOverhead = 5;
    private const double MostLate = 250;
    private const int Turns = 300;
    private const int Sessions = 100;
    private const int TurnsEach = 20;

    public static async Task<IReadOnlyList<Measurement>> RunAsync() => [await AloneAsync(), await ManyAsync()];

    private static async Task<Measurement> AloneAsync()
    {
        var model = new PacedModel(Turns, () => TimeSpan.Zero);
        await using var server = await BenchServer.StartAsync(model);
        var session = (await server.CreateExperimentAsync()).SessionId;
        await server.StartEdaAsync(session, 2 * Turns);
        await model.EndedAsync(1);
        return Measurement.OfTimes(
            $"what the loop adds to a turn beside model and tool, {Turns} turns",
            MostOverhead,
            [.. model.Gaps],
            "turns"
        );
    }

    private static async Task<Measurement> ManyAsync()
    {
#pragma warning disable CA5394 // The same pauses in every take; they need no secrecy.
        var random = new Random(7);
        var model = new PacedModel(TurnsEach, Think);
        await using var server = await BenchServer.StartAsync(model);
        var created = await server.CreateExperimentAsync();
        var sessions = new List<Guid> { created.SessionId };
        while (sessions.Count < Sessions)
            sessions.Add(await server.AddSessionAsync(created.Id));
        await Task.WhenAll(sessions.Select(session => server.StartEdaAsync(session, 2 * TurnsEach)));
        await model.EndedAsync(Sessions);
        var gaps = model.Gaps.ToList();
        var latest = gaps.Max();
        return new Measurement(
            $"{Sessions} sessions at once, {TurnsEach} turns each: the turn that was latest",
            $"≤ {MostLate} ms",
            BenchServer.Format(latest, "ms"),
            latest <= MostLate,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{gaps.Count:#,0} turns, p50 {Statistics.Median(gaps):0.0} ms, p99 {Statistics.Quantile(gaps, 0.99):0.0} ms, "
                    + $"{gaps.Count(gap => gap > MostLate)} late"
            )
        );

        // Half a second to a second and a half, so that they do not march in step.
        TimeSpan Think()
        {
            lock (random)
                return TimeSpan.FromSeconds(0.5 + random.NextDouble());
        }
#pragma warning restore CA5394
    }
}
