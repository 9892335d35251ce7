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
        if (filter.Text is { Length: > 0 } text)
        {
            // SQLite folds the case of ASCII alone; a word beyond it is found as it was written.
            var folded = text.ToLowerInvariant();
#pragma warning disable CA1862 // A query: the database folds the case.
            rows = rows.Where(row =>
                row.Name.ToLower().Contains(folded)
                || row.Description.ToLower().Contains(folded)
                || row.Name.Contains(text)
                || row.Description.Contains(text)
            );
#pragma warning restore CA1862
        }
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
            .Select(all => new { Count = all.Count(), Last = all.Max(row => row.CreatedAt) })
            .SingleOrDefaultAsync(cancellation);
        var sessions = await db
            .Sessions.GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Last = all.Max(row => row.UpdatedAt) })
            .SingleOrDefaultAsync(cancellation);
        return $"{experiments?.Count}-{experiments?.Last.Ticks:x}-{sessions?.Count}-{sessions?.Last.Ticks:x}";
    }

    public Task<ExperimentSummary> SummaryAsync(Guid id, CancellationToken cancellation) =>
        Summaries(db.Experiments.Where(row => row.Id == id)).SingleAsync(cancellation);

    public async Task<ExperimentDetail?> FindAsync(Guid id, CancellationToken cancellation)
    {
        var summary = await Summaries(db.Experiments.Where(row => row.Id == id)).SingleOrDefaultAsync(cancellation);
        if (summary is null)
            return null;
        var options = await db
            .Experiments.Where(row => row.Id == id)
            .Select(row => row.Options)
            .SingleAsync(cancellation);
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
            Options = JsonSerializer.Deserialize(options, ContractJson.Default.ExperimentOptions)!,
        };
    }

    /// <summary>
    /// The newest session is found by its id and then joined. Asked for as a row, it becomes a window over the sessions of
    /// all experiments, which takes four times as long.
    /// </summary>
    private IQueryable<ExperimentSummary> Summaries(IQueryable<Experiment> experiments) =>
        experiments
            .AsNoTracking()
            .Select(row => new
            {
                Row = row,
                LatestId = db
                    .Sessions.Where(session => session.ExperimentId == row.Id)
                    .OrderByDescending(session => session.CreatedAt)
                    .ThenByDescending(session => session.Id)
                    .Select(session => (Guid?)session.Id)
                    .FirstOrDefault(),
            })
            .LeftJoin(
                db.Sessions,
                pair => pair.LatestId,
                session => session.Id,
                (pair, latest) =>
                    new ExperimentSummary
                    {
                        Id = pair.Row.Id,
                        Name = pair.Row.Name,
                        Description = pair.Row.Description,
                        DatasetRef = pair.Row.DatasetRef,
                        Instructions = pair.Row.Instructions,
                        CreatedAt = pair.Row.CreatedAt,
                        LatestSessionId = latest == null ? null : latest.Id,
                        LatestState = latest == null ? null : latest.State,
                    }
            );
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
