using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Trainable.Server.Storage;

/// <summary>The database. Each provider derives its own context, with its own migrations.</summary>
internal abstract class TrainableDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Experiment> Experiments => Set<Experiment>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<Message> Messages => Set<Message>();
    public DbSet<Artifact> Artifacts => Set<Artifact>();
    public DbSet<Metric> Metrics => Set<Metric>();
    public DbSet<LoggedItem> LoggedItems => Set<LoggedItem>();
    public DbSet<DatasetVersion> DatasetVersions => Set<DatasetVersion>();
    public DbSet<ProcessedDatasetMeta> ProcessedDatasetMeta => Set<ProcessedDatasetMeta>();
    public DbSet<SessionEvent> SessionEvents => Set<SessionEvent>();
    public DbSet<StageRun> StageRuns => Set<StageRun>();
    public DbSet<Turn> Turns => Set<Turn>();
    public DbSet<Question> Questions => Set<Question>();
    public DbSet<SyncJob> SyncJobs => Set<SyncJob>();

    /// <summary>Reads in a transaction in which every query sees the same moment and no writer waits.</summary>
    public Task<T> ReadSnapshotAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellation) =>
        InTransactionAsync(BeginSnapshotAsync, read, cancellation);

    /// <summary>
    /// Writes in one transaction, which may be tried more than once when the connection is lost: <paramref name="write"/>
    /// has to come to the same however often it runs.
    /// </summary>
    public Task WriteAsync(Func<CancellationToken, Task> write, CancellationToken cancellation) =>
        InTransactionAsync(
            Database.BeginTransactionAsync,
            async stop =>
            {
                await write(stop);
                return true;
            },
            cancellation
        );

    /// <summary>Saves rows that were added, once: after a commit whose answer was lost, <paramref name="isThere"/> is asked.</summary>
    public async Task SaveNewAsync(Func<CancellationToken, Task<bool>> isThere, CancellationToken cancellation)
    {
        await Database
            .CreateExecutionStrategy()
            .ExecuteInTransactionAsync(
                stop => SaveChangesAsync(acceptAllChangesOnSuccess: false, stop),
                isThere,
                cancellation
            );
        ChangeTracker.AcceptAllChanges();
    }

    protected abstract Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellation);

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration) =>
        configuration.Properties<DateTime>().HaveConversion<UtcKind>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Experiment>().HasIndex(experiment => new { experiment.CreatedAt, experiment.Id });
        model.Entity<Session>(session =>
        {
            session.HasOne(row => row.Experiment).WithMany().HasForeignKey(row => row.ExperimentId);
            session.HasIndex(row => new { row.ExperimentId, row.CreatedAt });
        });
        model.Entity<Message>(message =>
        {
            message.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            message.HasIndex(row => new { row.SessionId, row.Id });
        });
        model.Entity<Artifact>(artifact =>
        {
            artifact.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            artifact.Property(row => row.S3Path).HasColumnName("s3_path");
            artifact.Property(row => row.S3Sha256).HasColumnName("s3_sha256");
            artifact.HasIndex(row => new { row.SessionId, row.Path }).IsUnique();
        });
        model.Entity<Metric>(metric =>
        {
            metric.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            metric.HasIndex(row => new
            {
                row.SessionId,
                row.Step,
                row.Id,
            });
        });
        model.Entity<LoggedItem>(item =>
        {
            item.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            item.HasIndex(row => new
                {
                    row.SessionId,
                    row.Stage,
                    row.Kind,
                    row.Name,
                    row.RunTag,
                })
                .IsUnique();
        });
        model.Entity<DatasetVersion>(version =>
        {
            version.HasOne<Experiment>().WithMany().HasForeignKey(row => row.ExperimentId);
            version.HasIndex(row => new { row.ExperimentId, row.Number }).IsUnique();
        });
        model.Entity<ProcessedDatasetMeta>(meta =>
        {
            meta.ToTable("processed_dataset_meta");
            meta.Property(row => row.S3Synced).HasColumnName("s3_synced");
            meta.HasOne<Session>().WithOne().HasForeignKey<ProcessedDatasetMeta>(row => row.SessionId);
            meta.HasOne<Experiment>().WithMany().HasForeignKey(row => row.ExperimentId);
        });
        model.Entity<SessionEvent>(entry =>
        {
            entry.HasKey(row => new { row.SessionId, row.Seq });
            entry.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
        });
        model.Entity<StageRun>(run =>
        {
            run.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            run.Property(row => row.Kind).HasDefaultValue(Contracts.RunKinds.Stage);
            run.HasIndex(row => new
                {
                    row.SessionId,
                    row.Stage,
                    row.Kind,
                    row.Number,
                })
                .IsUnique();
            run.HasIndex(row => row.Status);
        });
        model.Entity<Turn>(turn =>
        {
            turn.HasOne<StageRun>().WithMany().HasForeignKey(row => row.RunId);
            turn.HasIndex(row => new { row.RunId, row.Number }).IsUnique();
        });
        model.Entity<Question>(question =>
        {
            question.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            question.HasOne<StageRun>().WithMany().HasForeignKey(row => row.RunId);
            question.HasIndex(row => new { row.SessionId, row.Status });
            question.HasIndex(row => new { row.RunId, row.CallId }).IsUnique();
        });
        model.Entity<SyncJob>(job =>
        {
            job.HasOne<Session>().WithMany().HasForeignKey(row => row.SessionId);
            job.HasIndex(row => new { row.SessionId, row.Stage }).IsUnique();
            job.HasIndex(row => new { row.Status, row.NextAttemptAt });
        });
    }

    private Task<T> InTransactionAsync<T>(
        Func<CancellationToken, Task<IDbContextTransaction>> begin,
        Func<CancellationToken, Task<T>> work,
        CancellationToken cancellation
    ) =>
        Database
            .CreateExecutionStrategy()
            .ExecuteAsync(
                async stop =>
                {
                    await using var transaction = await begin(stop);
                    var result = await work(stop);
                    await transaction.CommitAsync(stop);
                    return result;
                },
                cancellation
            );

    /// <summary>Times are UTC in the database and come back saying so.</summary>
    private sealed class UtcKind()
        : ValueConverter<DateTime, DateTime>(value => value, value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
