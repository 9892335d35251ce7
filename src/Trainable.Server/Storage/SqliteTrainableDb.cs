using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;

namespace Trainable.Server.Storage;

internal sealed class SqliteTrainableDb(DbContextOptions<SqliteTrainableDb> options) : TrainableDb(options)
{
    protected override async Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellation)
    {
        await Database.OpenConnectionAsync(cancellation);
        // Deferred: in WAL a reader takes its snapshot at its first read and never waits for the writer.
        var transaction = ((SqliteConnection)Database.GetDbConnection()).BeginTransaction(deferred: true);
        return (await Database.UseTransactionAsync(transaction, cancellation))!;
    }

    public static void Configure(DbContextOptionsBuilder options, string file) =>
        options.UseSqlite(ConnectionString(file)).UseSnakeCaseNamingConvention();

    public static string ConnectionString(string file) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = 30,
        }.ToString();
}

/// <summary>Lets <c>dotnet ef migrations add</c> build the model without starting the server.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTrainableDb>
{
    public SqliteTrainableDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<SqliteTrainableDb>();
        SqliteTrainableDb.Configure(options, "design-time.db");
        return new SqliteTrainableDb(options.Options);
    }
}
