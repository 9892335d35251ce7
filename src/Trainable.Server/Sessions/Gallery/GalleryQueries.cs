using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions.Gallery;

/// <summary>Experiments with what their newest sessions have come to, sorted and paged.</summary>
/// <remarks>
/// The order is found over a few values of each experiment, in memory: that takes some milliseconds for thousands and needs
/// no index for each key. Only the page that is shown is read whole.
/// </remarks>
internal sealed class GalleryQueries(TrainableDb db, Sparklines sparklines)
{
    public async Task<(ExperimentSummary[] Items, GalleryCursor? Next)> ListAsync(
        GalleryFilter filter,
        bool summaries,
        CancellationToken cancellation
    )
    {
        var rows = await RowsAsync(filter, cancellation);
        var places = rows.Select(row => (Row: row, Key: filter.Order.Of(row))).ToList();
        places.Sort((left, right) => filter.Order.Compare(left.Key, right.Key));
        var rest = filter.After is { } after
            ? places.SkipWhile(place => filter.Order.Compare(place.Key, after.Key) <= 0)
            : places;
        // One more than asked for tells whether there is a next page.
        var page = rest.Take(filter.Limit + 1).ToList();
        var next = page.Count > filter.Limit ? new GalleryCursor(page[filter.Limit - 1].Key) : null;
        Guid[] ids = [.. page.Take(filter.Limit).Select(place => place.Row.Id)];
        var items = await ReadAsync(ids, cancellation);
        return (summaries ? await WithSummariesAsync(items, cancellation) : items, next);
    }

    public async Task<ExperimentTotals> TotalsAsync(CancellationToken cancellation)
    {
        var states = await db
            .Experiments.Select(row =>
                db.Sessions.Where(session => session.ExperimentId == row.Id)
                    .OrderByDescending(session => session.CreatedAt)
                    .ThenByDescending(session => session.Id)
                    .Select(session => session.State)
                    .FirstOrDefault()
            )
            .GroupBy(state => state)
            .Select(group => new { State = group.Key, Count = group.Count() })
            .ToListAsync(cancellation);
        return new ExperimentTotals
        {
            All = states.Sum(state => state.Count),
            Running = In("running"),
            Done = In("done"),
            Partial = In("partial"),
            Created = In(SessionStates.Created),
            Failed = In(SessionStates.Failed),
            Cancelled = In(SessionStates.Cancelled),
            Sessions = await db.Sessions.CountAsync(cancellation),
        };

        int In(string group) =>
            states.Where(state => GalleryFilter.StatesOf(group).Contains(state.State)).Sum(state => state.Count);
    }

    private async Task<List<GalleryRow>> RowsAsync(GalleryFilter filter, CancellationToken cancellation)
    {
        var experiments = db.Experiments.AsNoTracking().WithText(filter.Text);
        if (filter.Ids is { } ids)
            experiments = experiments.Where(row => ids.Contains(row.Id));
        if (filter.Model is { } model)
        {
            experiments = experiments.Where(row =>
                db.StageRuns.Any(run =>
                    run.Model == model
                    && db.Sessions.Any(session => session.Id == run.SessionId && session.ExperimentId == row.Id)
                )
            );
        }
        var found = await experiments
            .Select(row => new
            {
                row.Id,
                row.Name,
                row.CreatedAt,
                row.UpdatedAt,
                Latest = db
                    .Sessions.Where(session => session.ExperimentId == row.Id)
                    .OrderByDescending(session => session.CreatedAt)
                    .ThenByDescending(session => session.Id)
                    .Select(session => new { session.State, session.UpdatedAt })
                    .FirstOrDefault(),
            })
            .ToListAsync(cancellation);
        var skills =
            filter.Order.Key == GalleryOrder.Score
                ? (await ScoresAsync(db.Experiments.Select(row => row.Id), cancellation)).ToDictionary(
                    pair => pair.Key,
                    pair => GalleryOrder.SkillOf(pair.Value)
                )
                : [];
        return
        [
            .. found
                .Where(row => filter.States is not { } states || states.Contains(row.Latest?.State))
                .Select(row => new GalleryRow
                {
                    Id = row.Id,
                    Name = row.Name,
                    CreatedAt = row.CreatedAt,
                    UpdatedAt = Later(row.UpdatedAt, row.Latest?.UpdatedAt),
                    LatestState = row.Latest?.State,
                    Skill = skills.GetValueOrDefault(row.Id),
                }),
        ];
    }

    /// <summary>The experiments in the order of their ids as given; one that has gone meanwhile is left out.</summary>
    private async Task<ExperimentSummary[]> ReadAsync(Guid[] ids, CancellationToken cancellation)
    {
        var found = await db
            .Experiments.AsNoTracking()
            .Where(row => ids.Contains(row.Id))
            .SelectSummaries(db)
            .ToDictionaryAsync(row => row.Id, cancellation);
        return [.. ids.Select(found.GetValueOrDefault).OfType<ExperimentSummary>()];
    }

    private async Task<ExperimentSummary[]> WithSummariesAsync(
        ExperimentSummary[] items,
        CancellationToken cancellation
    )
    {
        Guid[] ids = [.. items.Select(item => item.Id)];
        Guid[] latest = [.. items.Select(item => item.LatestSessionId).OfType<Guid>()];
        var experiments = await db
            .Experiments.AsNoTracking()
            .Where(row => ids.Contains(row.Id))
            .Select(row => new
            {
                row.Id,
                row.RowCount,
                row.ColumnCount,
                row.Options,
                row.UpdatedAt,
                Sessions = db.Sessions.Count(session => session.ExperimentId == row.Id),
            })
            .ToDictionaryAsync(row => row.Id, cancellation);
        var sessions = await db
            .Sessions.AsNoTracking()
            .Where(row => latest.Contains(row.Id))
            .ToDictionaryAsync(row => row.Id, cancellation);
        var runs = (
            await db
                .StageRuns.AsNoTracking()
                .Where(run => latest.Contains(run.SessionId))
                .Select(run => new
                {
                    run.SessionId,
                    run.Stage,
                    run.Status,
                    run.Model,
                    run.StartedAt,
                    run.EndedAt,
                })
                .ToListAsync(cancellation)
        ).ToLookup(run => run.SessionId);
        var targets = await db
            .ProcessedDatasetMeta.AsNoTracking()
            .Where(row => latest.Contains(row.SessionId))
            .ToDictionaryAsync(row => row.SessionId, row => row.TargetColumn, cancellation);
        var scores = await ScoresAsync(
            db.Experiments.Where(row => ids.Contains(row.Id)).Select(row => row.Id),
            cancellation
        );
        var usage = await UsageAsync(ids, cancellation);

        var complete = new List<ExperimentSummary>(items.Length);
        foreach (var item in items)
        {
            if (!experiments.TryGetValue(item.Id, out var experiment))
                continue; // Deleted between the two reads.
            var options = JsonSerializer.Deserialize(experiment.Options, ContractJson.Default.ExperimentOptions)!;
            var session = item.LatestSessionId is { } id ? sessions.GetValueOrDefault(id) : null;
            var score = scores.GetValueOrDefault(item.Id);
            complete.Add(
                item with
                {
                    UpdatedAt = Later(experiment.UpdatedAt, session?.UpdatedAt),
                    Rows = experiment.RowCount,
                    Columns = experiment.ColumnCount,
                    Target = options.Target ?? (session is null ? null : targets.GetValueOrDefault(session.Id)),
                    ProblemType = options.ProblemType ?? score?.ProblemType,
                    SessionCount = experiment.Sessions,
                    Stages = session is null
                        ? []
                        :
                        [
                            .. runs[session.Id]
                                .GroupBy(run => run.Stage)
                                .Select(stage => stage.MaxBy(run => run.StartedAt)!)
                                .OrderBy(run => run.StartedAt)
                                .Select(run => new StageSummary(run.Stage, run.Status, run.StartedAt, run.EndedAt)),
                        ],
                    Score = score is null ? null : Short(score),
                    Model = session is null ? null : runs[session.Id].MaxBy(run => run.StartedAt)?.Model,
                    Usage = usage.GetValueOrDefault(item.Id),
                    Sparkline = session is null
                        ? null
                        : await sparklines.OfAsync(session, score?.Metric ?? options.Metric, cancellation),
                }
            );
        }
        return [.. complete];
    }

    /// <summary>What was measured last on each experiment.</summary>
    private async Task<Dictionary<Guid, ScoreReport>> ScoresAsync(
        IQueryable<Guid> experiments,
        CancellationToken cancellation
    )
    {
        var scored = await db
            .StageRuns.AsNoTracking()
            .Where(run => run.Score != null)
            .Join(
                db.Sessions,
                run => run.SessionId,
                session => session.Id,
                (run, session) =>
                    new
                    {
                        session.ExperimentId,
                        run.StartedAt,
                        run.Score,
                    }
            )
            .Where(run => experiments.Contains(run.ExperimentId))
            .ToListAsync(cancellation);
        return scored
            .GroupBy(run => run.ExperimentId)
            .ToDictionary(
                group => group.Key,
                group =>
                    JsonSerializer.Deserialize(
                        group.MaxBy(run => run.StartedAt)!.Score!,
                        ContractJson.Default.ScoreReport
                    )!
            );
    }

    private async Task<Dictionary<Guid, UsageSummary>> UsageAsync(Guid[] experiments, CancellationToken cancellation)
    {
        var used = await db
            .Turns.AsNoTracking()
            .Join(db.StageRuns, turn => turn.RunId, run => run.Id, (turn, run) => new { turn, run })
            .Join(
                db.Sessions,
                both => both.run.SessionId,
                session => session.Id,
                (both, session) =>
                    new
                    {
                        both.turn,
                        both.run,
                        session,
                    }
            )
            .Where(row => experiments.Contains(row.session.ExperimentId))
            .GroupBy(row => row.session.ExperimentId)
            .Select(group => new
            {
                Experiment = group.Key,
                Sums = new TurnSums
                {
                    Input = group.Sum(row => row.turn.InputTokens),
                    Output = group.Sum(row => row.turn.OutputTokens),
                    CostNanos = group.Sum(row => row.turn.CostNanos ?? 0),
                    Unpriced = group.Count(row => row.turn.CostNanos == null),
                },
            })
            .ToListAsync(cancellation);
        return used.Where(row => row.Sums.Summary is not null)
            .ToDictionary(row => row.Experiment, row => row.Sums.Summary!);
    }

    private static ScoreSummary Short(ScoreReport score) =>
        new()
        {
            Metric = score.Metric,
            Value = score.Value,
            Low = score.Low,
            High = score.High,
            Baseline = score.Baseline,
            HigherIsBetter = score.HigherIsBetter,
        };

    private static DateTime Later(DateTime first, DateTime? second) => second > first ? second.Value : first;
}
