using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Trainable.Server.Storage;

/// <summary>
/// What a start has to know of a SQLite file, asked without EF: to build its model takes half a second of processor time,
/// and most starts find the schema as it should be.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>The newest migration of this program.</summary>
    private static readonly string Newest = typeof(SqliteTrainableDb)
        .Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(SqliteTrainableDb))
        .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
        .OfType<string>()
        .Max(StringComparer.Ordinal)!;

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
