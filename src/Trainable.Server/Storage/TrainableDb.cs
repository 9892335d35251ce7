using System.Data.Common;
using Microsoft.EntityFrameworkCore;
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
    public DbSet<ProcessedDatasetMeta> ProcessedDatasetMeta => Set<ProcessedDatasetMeta>();
    public DbSet<SessionEvent> SessionEvents => Set<SessionEvent>();
    public DbSet<StageRun> StageRuns => Set<StageRun>();
    public DbSet<Turn> Turns => Set<Turn>();

    /// <summary>A read-only transaction in which every query sees the same moment and no writer waits.</summary>
    public abstract Task<DbTransaction> BeginSnapshotAsync(CancellationToken cancellation);

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
            run.HasIndex(row => new
                {
                    row.SessionId,
                    row.Stage,
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
    }

    /// <summary>Times are UTC in the database and come back saying so.</summary>
    private sealed class UtcKind()
        : ValueConverter<DateTime, DateTime>(value => value, value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
