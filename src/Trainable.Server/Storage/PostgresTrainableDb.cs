using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace Trainable.Server.Storage;

internal sealed class PostgresTrainableDb(DbContextOptions<PostgresTrainableDb> options) : TrainableDb(options)
{
    public DbSet<LogWriterMark> LogWriters => Set<LogWriterMark>();

    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options
            .UseNpgsql(
                source,
                npgsql =>
                    npgsql.ExecutionStrategy(dependencies => new PostgresRetries(dependencies.CurrentContext.Context))
            )
            .UseSnakeCaseNamingConvention()
            // A failure is logged by whoever handles its exception: many pass at the next try, and the first migration asks
            // for a table that is not there.
            .ConfigureWarnings(warnings =>
                warnings.Log(
                    (RelationalEventId.ConnectionError, LogLevel.Debug),
                    (RelationalEventId.CommandError, LogLevel.Debug),
                    (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                    (CoreEventId.SaveChangesFailed, LogLevel.Debug)
                )
            );

    protected override async Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellation)
    {
        var transaction = await Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        await Database.ExecuteSqlRawAsync("SET TRANSACTION READ ONLY", cancellation);
        return transaction;
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        base.ConfigureConventions(configuration);
        configuration.Properties<string>().HaveConversion<StorableText>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.Entity<LogWriterMark>().ToTable("log_writers");
    }

    private sealed class StorableText()
        : ValueConverter<string, string>(value => PostgresText.Storable(value), value => value);
}

/// <summary>
/// What one writer of the event log wrote last, changed in the same transaction: by it a writer that lost its connection
/// during a commit finds out whether the commit happened.
/// </summary>
internal sealed class LogWriterMark
{
    /// <summary>The writer: a new one for each server process.</summary>
    public Guid Id { get; set; }
    public Guid LastBatch { get; set; }
    public DateTime WrittenAt { get; set; }
}

/// <summary>Lets <c>dotnet ef migrations add</c> build the model without a server or a database.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresTrainableDb>
{
    public PostgresTrainableDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<PostgresTrainableDb>();
        PostgresTrainableDb.Configure(options, NpgsqlDataSource.Create("Host=localhost;Database=design-time"));
        return new PostgresTrainableDb(options.Options);
    }
}
