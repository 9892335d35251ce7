using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

/// <summary>Whether the database answers now.</summary>
internal sealed class DatabaseCheck(IDbContextFactory<TrainableDb> databases) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await db.Experiments.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (UserFacingException unavailable)
        {
            return HealthCheckResult.Unhealthy(unavailable.Message);
        }
    }
}
