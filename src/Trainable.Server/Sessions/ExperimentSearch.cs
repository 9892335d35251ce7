using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>Queries over experiments that the plain list and the gallery share.</summary>
internal static class ExperimentSearch
{
    /// <summary>Those with the text in name or description; all when there is none.</summary>
    public static IQueryable<Experiment> WithText(this IQueryable<Experiment> rows, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return rows;
        // SQLite folds the case of ASCII alone; a word beyond it is found as it was written.
        var folded = text.ToLowerInvariant();
#pragma warning disable CA1862 // A query: the database folds the case.
        return rows.Where(row =>
            row.Name.ToLower().Contains(folded)
            || row.Description.ToLower().Contains(folded)
            || row.Name.Contains(text)
            || row.Description.Contains(text)
        );
#pragma warning restore CA1862
    }

    /// <summary>
    /// Each with its newest session, which is found by its id and then joined. Asked for as a row, it becomes a window over the
    /// sessions of all experiments, which takes four times as long.
    /// </summary>
    public static IQueryable<ExperimentSummary> SelectSummaries(this IQueryable<Experiment> rows, TrainableDb db) =>
        rows.Select(row => new
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
