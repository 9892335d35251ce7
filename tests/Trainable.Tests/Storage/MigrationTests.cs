using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Trainable.Server.Storage;
using Trainable.Tests.App;

namespace Trainable.Tests.Storage;

public sealed class MigrationTests
{
    [Fact]
    public void TheSqliteMigrationsAreUpToDateWithTheModel()
    {
        using var db = Sqlite();
        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public void AStartKnowsTheNewestSqliteMigration()
    {
        using var db = Sqlite();
        SqliteSchema.Newest.ShouldBe(db.Database.GetMigrations().Last());
    }

    [Fact]
    public void ThePostgresMigrationsAreUpToDateWithTheModel()
    {
        // Asks no server.
        using var source = NpgsqlDataSource.Create("Host=localhost;Database=nothing");
        using var db = Postgres(source);
        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public async Task EveryForeignKeyIsIndexedAndEnforcedOnSqlite()
    {
        await using var db = Sqlite();
        EveryForeignKeyShouldBeIndexed(db);
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
        await AnOrphanShouldBeRefusedAsync(db);
    }

    [Fact]
    public async Task EveryForeignKeyIsIndexedAndEnforcedOnPostgres()
    {
        await using var source = PostgresSource.Create(await SharedPostgres.CreateDatabaseAsync());
        await using var db = Postgres(source);
        EveryForeignKeyShouldBeIndexed(db);
        await AnOrphanShouldBeRefusedAsync(db);
    }

    [Fact]
    public async Task ServersThatStartAtOnceOnAnEmptyDatabaseAllComeUp()
    {
        var cluster = await SharedPostgres.ClusterAsync();
        var url = cluster.Url(await cluster.CreateDatabaseAsync());
        var apps = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    TrainableApp.StartAsync(new ScriptedModels(), change: options => options with { Database = url })
                )
        );
        foreach (var app in apps)
        {
            await app.CreateExperimentAsync();
            await app.DisposeAsync();
        }
        (await cluster.AskAsync<long>("SELECT count(*) FROM experiments", url.Database)).ShouldBe(4);
        (await cluster.AskAsync<long>("SELECT count(*) FROM log_writers", url.Database)).ShouldBe(0);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("nul \0 here")]
    [InlineData("half \ud83d a pair")]
    [InlineData("quotes ' \" \\ and 🙂")]
    public async Task EveryTextCanBeStoredOnPostgres(string text)
    {
        await using var source = PostgresSource.Create(await SharedPostgres.CreateDatabaseAsync());
        await using var db = Postgres(source);
        var row = new Experiment
        {
            Id = Guid.CreateVersion7(),
            Name = text,
            Description = "",
            DatasetRef = "",
            Instructions = "",
            Options = "{}",
            CreatedAt = TimeProvider.System.GetUtcNow().UtcDateTime,
        };
        db.Add(row);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var stored = await db
            .Experiments.AsNoTracking()
            .SingleAsync(one => one.Name == text, TestContext.Current.CancellationToken);
        stored.Name.ShouldBe(text.Replace('\0', '\ufffd').Replace('\ud83d', '\ufffd').Replace("\ufffd\ude42", "🙂"));
        stored.CreatedAt.Kind.ShouldBe(DateTimeKind.Utc);
        (row.CreatedAt - stored.CreatedAt).ShouldBeLessThan(TimeSpan.FromMicroseconds(1));
    }

    private static SqliteTrainableDb Sqlite()
    {
        var options = new DbContextOptionsBuilder<SqliteTrainableDb>();
        SqliteTrainableDb.Configure(options, ":memory:");
        return new SqliteTrainableDb(options.Options);
    }

    private static PostgresTrainableDb Postgres(NpgsqlDataSource source)
    {
        var options = new DbContextOptionsBuilder<PostgresTrainableDb>();
        PostgresTrainableDb.Configure(options, source);
        return new PostgresTrainableDb(options.Options);
    }

    private static void EveryForeignKeyShouldBeIndexed(TrainableDb db)
    {
        foreach (var key in db.Model.GetEntityTypes().SelectMany(entity => entity.GetForeignKeys()))
        {
            var first = key.Properties[0];
            var entity = key.DeclaringEntityType;
            var indexed =
                entity.GetIndexes().Any(index => index.Properties[0] == first)
                || entity.FindPrimaryKey()!.Properties[0] == first;
            indexed.ShouldBeTrue($"{entity.GetTableName()}.{first.Name} has no index");
        }
    }

    private static async Task AnOrphanShouldBeRefusedAsync(TrainableDb db)
    {
        db.Add(
            new Turn
            {
                Id = Guid.CreateVersion7(),
                RunId = Guid.CreateVersion7(),
                Number = 1,
                Prompt = "",
                Reply = "",
                Results = "",
                CreatedAt = TimeProvider.System.GetUtcNow().UtcDateTime,
            }
        );
        var refused = await Should.ThrowAsync<DbUpdateException>(
            db.SaveChangesAsync(TestContext.Current.CancellationToken)
        );
        refused
            .InnerException!.ShouldBeAssignableTo<DbException>()!
            .Message.ShouldContain("foreign key", Case.Insensitive);
    }
}
