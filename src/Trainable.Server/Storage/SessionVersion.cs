using Microsoft.EntityFrameworkCore;

namespace Trainable.Server.Storage;

/// <summary>What changes whenever anything that is read of a session does: every append bumps it.</summary>
internal static class SessionVersion
{
    /// <summary>The version of the session that a request's route names; null when there is none.</summary>
    public static async Task<FormattableString?> OfAsync(HttpContext http)
    {
        var db = http.RequestServices.GetRequiredService<TrainableDb>();
        if (!Guid.TryParse(http.Request.RouteValues["id"]?.ToString(), out var id))
            return null;
        // A session is shown with its experiment, and that with its newest session: the siblings count too.
        var found = await db
            .Sessions.AsNoTracking()
            .Where(row => row.Id == id)
            .Select(row => new
            {
                row.LastSeq,
                Renamed = row.Experiment!.UpdatedAt,
                Siblings = db.Sessions.Count(other => other.ExperimentId == row.ExperimentId),
                Updated = db
                    .Sessions.Where(other => other.ExperimentId == row.ExperimentId)
                    .Max(other => other.UpdatedAt),
            })
            .SingleOrDefaultAsync(http.RequestAborted);
        if (found is null)
            return null;
        return $"{found.LastSeq}-{found.Siblings}-{found.Updated.Ticks:x}-{found.Renamed.Ticks:x}";
    }
}
