using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Gallery;

/// <summary>
/// Small pictures of sessions' main metrics. A session whose log has not grown since is not read again, so a gallery of
/// finished sessions costs nothing.
/// </summary>
internal sealed class Sparklines(IDbContextFactory<TrainableDb> databases)
{
    private const int MostPoints = 24;
    private const int StepsLookedAt = 400;
    private const int PointsLookedAt = 8_000;
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<Guid, (long Seq, Sparkline? Line)> _known = new();

    private sealed record Point(long Id, string Name, string? RunTag, double Value);

    /// <param name="session">Whose metrics.</param>
    /// <param name="metric">The main metric, where it is known.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<Sparkline?> OfAsync(Session session, string? metric, CancellationToken cancellation)
    {
        if (_known.TryGetValue(session.Id, out var known) && known.Seq == session.LastSeq)
            return known.Line;
        var line = Draw(await SampleAsync(session.Id, cancellation), metric, FirstCharted(session.ChartConfig));
        if (_known.Count >= MostKept)
            _known.Clear();
        _known[session.Id] = (session.LastSeq, line);
        return line;
    }

    /// <summary>Points at evenly spaced steps, so that a million of them need not be read.</summary>
    private async Task<List<Point>> SampleAsync(Guid session, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var metrics = db.Metrics.AsNoTracking().Where(row => row.SessionId == session);
        var steps = metrics.OrderBy(row => row.Step).Select(row => (long?)row.Step);
        if (await steps.FirstOrDefaultAsync(cancellation) is not { } first)
            return [];
        var last = (await steps.LastOrDefaultAsync(cancellation))!.Value;
        var stride = Math.Max(1, (last - first) / StepsLookedAt);
        return await metrics
            .Where(row => row.Value != null && (row.Step - first) % stride == 0)
            .OrderBy(row => row.Step)
            .Take(PointsLookedAt)
            .Select(row => new Point(row.Id, row.Name, row.RunTag, row.Value!.Value))
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// The main metric over all runs, in the order in which it was logged; where nothing is called by its name, the longest
    /// single series, one that a chart shows if there is one.
    /// </summary>
    private static Sparkline? Draw(List<Point> points, string? metric, string? charted)
    {
        var names = points.Select(point => point.Name).Distinct().ToList();
        var main = metric is null
            ? null
            : names.Find(name => name == metric)
                ?? names.Find(name => name.EndsWith($"_{metric}", StringComparison.Ordinal));
        IEnumerable<Point>? chosen = main is not null
            ? points.Where(point => point.Name == main)
            : points
                .Where(point => charted is null || !names.Contains(charted) || point.Name == charted)
                .GroupBy(point => (point.Name, point.RunTag))
                .MaxBy(series => series.Count());
        if (chosen is null)
            return null;
        var ordered = chosen.OrderBy(point => point.Id).ToList();
        return new Sparkline(ordered[0].Name, Thin([.. ordered.Select(point => point.Value)]));
    }

    /// <summary>Every so many, the first and the last among them.</summary>
    private static double[] Thin(double[] values) =>
        values.Length <= MostPoints
            ? values
            :
            [
                .. Enumerable
                    .Range(0, MostPoints)
                    .Select(index => values[(int)((long)index * (values.Length - 1) / (MostPoints - 1))]),
            ];

    private static string? FirstCharted(string? charts) =>
        charts is null ? null
        : JsonSerializer.Deserialize(charts, ContractJson.Default.ChartConfig)
            is { Charts: [{ Metrics: [var first, ..] }, ..] }
            ? first
        : null;
}
