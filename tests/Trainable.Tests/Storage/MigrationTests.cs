using Microsoft.EntityFrameworkCore;
using Trainable.Server.Storage;

namespace Trainable.Tests.Storage;

public sealed class MigrationTests
{
    [Fact]
    public void TheSqliteMigrationsAreUpToDateWithTheModel()
    {
        var options = new DbContextOptionsBuilder<SqliteTrainableDb>();
        SqliteTrainableDb.Configure(options, ":memory:");
        using var db = new SqliteTrainableDb(options.Options);
        db.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public async Task EveryForeignKeyIsIndexedAndEnforced()
    {
        var options = new DbContextOptionsBuilder<SqliteTrainableDb>();
        SqliteTrainableDb.Configure(options, ":memory:");
        await using var db = new SqliteTrainableDb(options.Options);
        foreach (var key in db.Model.GetEntityTypes().SelectMany(entity => entity.GetForeignKeys()))
        {
            var first = key.Properties[0];
            var entity = key.DeclaringEntityType;
            var indexed =
                entity.GetIndexes().Any(index => index.Properties[0] == first)
                || entity.FindPrimaryKey()!.Properties[0] == first;
            indexed.ShouldBeTrue($"{entity.GetTableName()}.{first.Name} has no index");
        }
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
        await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(
            db.Database.ExecuteSqlRawAsync(
                "INSERT INTO turns (id, run_id, number, prompt, reply, results, input_tokens, output_tokens, created_at)"
                    + " VALUES ('a', 'nobody', 1, '', '', '', 0, 0, '')",
                TestContext.Current.CancellationToken
            )
        );
    }
}
