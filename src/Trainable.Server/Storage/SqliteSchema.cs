using Microsoft.Data.Sqlite;

namespace Trainable.Server.Storage;

/// <summary>
/// What a start has to know of a SQLite file, asked without EF: to build its model takes half a second of processor time,
/// and most starts find the schema as it should be.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>
    /// The newest migration of this program. It is written here (a test compares it) because to look for it loads every type of
    /// the assembly and what those derive from: several megabytes, for as long as the server lives.
    /// </summary>
    public const string Newest = "20261126061315_DatasetVersions";

    /// <summary>True when the file has this program's newest migration, and no later one of another.</summary>
    public static async Task<bool> IsCurrentAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            return false;
        await using var database = new SqliteConnection(SqliteTrainableDb.ConnectionString(file));
        await database.OpenAsync(cancellation);
        await using var command = database.CreateCommand();
        command.CommandText = "SELECT 1 FROM sqlite_master WHERE name = '__EFMigrationsHistory'";
        if (await command.ExecuteScalarAsync(cancellation) is null)
            return false;
        command.CommandText = "SELECT MAX(migration_id) FROM \"__EFMigrationsHistory\"";
        return await command.ExecuteScalarAsync(cancellation) is string last && last == Newest;
    }
}
