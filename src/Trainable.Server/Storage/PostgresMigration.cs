using Microsoft.EntityFrameworkCore;
using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

/// <summary>
/// Brings a PostgreSQL schema up to date. Servers that start at once wait for each other by a lock of ours: EF's own, on its
/// history table, ends with each migration, and what was applied meanwhile is not read again.
/// </summary>
internal static class PostgresMigration
{
    /// <summary>Any number that nothing else locks in this database.</summary>
    private const long Lock = 0x7472_6169_6e61_626c;

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
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await ExecuteAsync(connection, "SELECT pg_advisory_lock($1)", cancellation);
            await db.Database.MigrateAsync(cancellation);
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1)", cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (PostgresFailures.ExplainStart(failure, url) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Without a limit of time: another server may have much to migrate. The lock goes with the connection.</summary>
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            CommandTimeout = 0,
            Parameters = { new NpgsqlParameter<long> { TypedValue = Lock } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
