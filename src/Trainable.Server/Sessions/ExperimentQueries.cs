using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Experiments as the API shows them.</summary>
internal sealed class ExperimentQueries(TrainableDb db)
{
    /// <summary>All experiments, newest first, each with its newest session.</summary>
    public async Task<ExperimentSummary[]> ListAsync(CancellationToken cancellation) =>
        await Summaries(db.Experiments.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id))
            .ToArrayAsync(cancellation);

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

    private IQueryable<ExperimentSummary> Summaries(IQueryable<Experiment> experiments) =>
        experiments
            .AsNoTracking()
            .Select(row => new
            {
                Row = row,
                Latest = db
                    .Sessions.Where(session => session.ExperimentId == row.Id)
                    .OrderByDescending(session => session.CreatedAt)
                    .ThenByDescending(session => session.Id)
                    .Select(session => new { session.Id, session.State })
                    .FirstOrDefault(),
            })
            .Select(pair => new ExperimentSummary
            {
                Id = pair.Row.Id,
                Name = pair.Row.Name,
                Description = pair.Row.Description,
                DatasetRef = pair.Row.DatasetRef,
                Instructions = pair.Row.Instructions,
                CreatedAt = pair.Row.CreatedAt,
                LatestSessionId = pair.Latest == null ? null : pair.Latest.Id,
                LatestState = pair.Latest == null ? null : pair.Latest.State,
            });
}
