using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Metrics;

/// <summary>Which of a session's metrics are wanted.</summary>
internal sealed record MetricFilter(Guid Session, string? Stage, string? Name, long? AfterStep);

/// <summary>The last point of a page, in order of step.</summary>
internal sealed record MetricCursor(long Step, long Id)
{
    /// <exception cref="UserFacingException">The text is no cursor (422).</exception>
    public static MetricCursor Parse(string text) =>
        text.Split('_') is [var step, var id]
        && long.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new MetricCursor(at, number)
            : throw Paging.BadCursor();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Step}_{Id}");
}

/// <summary>Metrics as the API shows them, read in pages: a million points neither fill the memory nor stall the streams.</summary>
internal sealed class MetricQueries(TrainableDb db)
{
    private const int PageSize = 20_000;

    /// <summary>Every point, by step.</summary>
    public async IAsyncEnumerable<MetricItem> AllAsync(
        MetricFilter filter,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        MetricCursor? after = null;
        do
        {
            var (items, next) = await PageAsync(filter, after, PageSize, cancellation);
            foreach (var item in items)
                yield return item;
            after = next;
        } while (after is not null);
    }

    /// <summary>A page by step, and where the next one starts; null when it is the last.</summary>
    public async Task<(IReadOnlyList<MetricItem> Items, MetricCursor? Next)> PageAsync(
        MetricFilter filter,
        MetricCursor? after,
        int limit,
        CancellationToken cancellation
    )
    {
        var rows = Where(filter);
        if (after is { } last)
            rows = rows.Where(row => row.Step > last.Step || (row.Step == last.Step && row.Id > last.Id));
        var page = await rows.OrderBy(row => row.Step)
            .ThenBy(row => row.Id)
            .Take(limit + 1)
            .Select(row => new
            {
                row.Id,
                Item = new MetricItem
                {
                    Step = row.Step,
                    Name = row.Name,
                    Value = row.Value,
                    Stage = row.Stage,
                    RunTag = row.RunTag,
                    CreatedAt = row.CreatedAt,
                },
            })
            .ToListAsync(cancellation);
        if (page.Count <= limit)
            return ([.. page.Select(row => row.Item)], null);
        var end = page[limit - 1];
        return ([.. page.Take(limit).Select(row => row.Item)], new MetricCursor(end.Item.Step, end.Id));
    }

    /// <summary>
    /// At most <paramref name="maxPoints"/> points of each series, by step. A series that has more keeps its first and last
    /// point and, of each equal run of points between, the lowest and the highest: no spike is lost.
    /// </summary>
    public async Task<IReadOnlyList<MetricItem>> ThinnedAsync(
        MetricFilter filter,
        int maxPoints,
        CancellationToken cancellation
    )
    {
        var counts = await Where(filter)
            .GroupBy(row => new
            {
                row.Stage,
                row.RunTag,
                row.Name,
            })
            .Select(series => new { series.Key, Count = series.Count() })
            .ToListAsync(cancellation);
        var series = counts.ToDictionary(
            one => (one.Key.Stage, one.Key.RunTag, one.Key.Name),
            one => new SeriesThinner(one.Count, maxPoints)
        );
        await foreach (var item in AllAsync(filter, cancellation))
        {
            // A point that came after the count belongs to a series of its own at worst.
            if (!series.TryGetValue((item.Stage, item.RunTag, item.Name), out var thinner))
                series[(item.Stage, item.RunTag, item.Name)] = thinner = new SeriesThinner(maxPoints, maxPoints);
            thinner.Take(item);
        }
        return [.. series.Values.SelectMany(thinner => thinner.Finish()).OrderBy(item => item.Step)];
    }

    private IQueryable<Metric> Where(MetricFilter filter)
    {
        var rows = db.Metrics.AsNoTracking().Where(row => row.SessionId == filter.Session);
        if (filter.Stage is { } stage)
            rows = rows.Where(row => row.Stage == stage);
        if (filter.Name is { } name)
            rows = rows.Where(row => row.Name == name);
        if (filter.AfterStep is { } step)
            rows = rows.Where(row => row.Step > step);
        return rows;
    }
}
