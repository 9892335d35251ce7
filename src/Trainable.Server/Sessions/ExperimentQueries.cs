using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Experiments as the API shows them.</summary>
internal sealed class ExperimentQueries(TrainableDb db)
{
    /// <summary>Experiments, newest first, each with its newest session.</summary>
    public async Task<ExperimentSummary[]> ListAsync(ExperimentFilter filter, CancellationToken cancellation)
    {
        var rows = db.Experiments.AsQueryable();
        if (filter.After is { } after)
        {
            rows = rows.Where(row =>
                row.CreatedAt < after.CreatedAt || (row.CreatedAt == after.CreatedAt && row.Id < after.Id)
            );
        }
        rows = rows.WithText(filter.Text);
        var summaries = Summaries(rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id));
        if (filter.State is { } state)
            summaries = summaries.Where(row => row.LatestState == state);
        if (filter.Limit is { } limit)
            summaries = summaries.Take(limit);
        return await summaries.ToArrayAsync(cancellation);
    }

    /// <summary>What changes whenever any experiment or session does.</summary>
    public async Task<FormattableString> VersionAsync(CancellationToken cancellation)
    {
        var experiments = await db
            .Experiments.GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Last = all.Max(row => row.UpdatedAt) })
            .SingleOrDefaultAsync(cancellation);
        var sessions = await db
            .Sessions.GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Last = all.Max(row => row.UpdatedAt) })
            .SingleOrDefaultAsync(cancellation);
        return $"{experiments?.Count}-{experiments?.Last.Ticks:x}-{sessions?.Count}-{sessions?.Last.Ticks:x}";
    }

    public Task<ExperimentSummary> SummaryAsync(Guid id, CancellationToken cancellation) =>
        Summaries(db.Experiments.Where(row => row.Id == id)).SingleAsync(cancellation);

    public async Task<ExperimentOptions> OptionsAsync(Guid id, CancellationToken cancellation)
    {
        var options = await db
            .Experiments.Where(row => row.Id == id)
            .Select(row => row.Options)
            .SingleAsync(cancellation);
        return JsonSerializer.Deserialize(options, ContractJson.Default.ExperimentOptions)!;
    }

    public async Task<ExperimentDetail?> FindAsync(Guid id, CancellationToken cancellation)
    {
        var summary = await Summaries(db.Experiments.Where(row => row.Id == id)).SingleOrDefaultAsync(cancellation);
        if (summary is null)
            return null;
        var sessions = await db
            .Sessions.AsNoTracking()
            .Where(row => row.ExperimentId == id)
            .OrderByDescending(row => row.CreatedAt)
            .ThenByDescending(row => row.Id)
            .ToListAsync(cancellation);
        return new ExperimentDetail
        {
            Id = summary.Id,
            Name = summary.Name,
            Description = summary.Description,
            DatasetRef = summary.DatasetRef,
            Instructions = summary.Instructions,
            CreatedAt = summary.CreatedAt,
            LatestSessionId = summary.LatestSessionId,
            LatestState = summary.LatestState,
            Sessions = [.. sessions.Select(SessionQueries.Summary)],
            Options = await OptionsAsync(id, cancellation),
        };
    }

    private IQueryable<ExperimentSummary> Summaries(IQueryable<Experiment> experiments) =>
        experiments.AsNoTracking().SelectSummaries(db);
}

/// <summary>Which experiments a list shows; everything null shows all.</summary>
internal sealed record ExperimentFilter
{
    public int? Limit { get; init; }

    /// <summary>Where the page before this one ended.</summary>
    public ExperimentCursor? After { get; init; }

    /// <summary>Words that stand in the name or the description.</summary>
    public string? Text { get; init; }

    /// <summary>The newest session's state.</summary>
    public string? State { get; init; }
}

/// <summary>The last experiment of a page, in the list's order.</summary>
internal sealed record ExperimentCursor(DateTime CreatedAt, Guid Id)
{
    /// <exception cref="UserFacingException">The text is no cursor (422).</exception>
    public static ExperimentCursor Parse(string text) =>
        text.Split('_') is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= DateTime.MaxValue.Ticks
        && Guid.TryParseExact(id, "N", out var guid)
            ? new ExperimentCursor(new DateTime(number, DateTimeKind.Utc), guid)
            : throw Paging.BadCursor();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.Ticks}_{Id:N}");
}
