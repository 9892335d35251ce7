using Microsoft.EntityFrameworkCore;
using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

/// <summary>
/// Brings a PostgreSQL schema up to date. Servers that start at once wait for each other: EF takes a lock on its history
/// table, and copes with two that make that table.
/// </summary>
internal static class PostgresMigration
{
    /// <exception cref="UserFacingException">The database cannot be used; the sentence says why.</exception>
    public static async Task RunAsync(
        PostgresTrainableDb db,
        NpgsqlDataSource source,
        DatabaseUrl url,
        CancellationToken cancellation
    )
    {
        try
        {
            // Once without retries, for the plain reason; and EF would make a database that a typing error names.
            await using (await source.OpenConnectionAsync(cancellation))
                await db.Database.MigrateAsync(cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (PostgresFailures.ExplainStart(failure, url) is { } explained)
                throw explained;
            throw;
        }
    }
}
