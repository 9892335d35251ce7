using Microsoft.EntityFrameworkCore;
using Trainable.Server.Platform;
using Trainable.Server.Storage;
using Trainable.Tests.App;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Trainable.Tests.App;

/// <summary>The PostgreSQL that all tests share: started by the first that asks, ended with the run.</summary>
internal sealed class SharedPostgres : IAsyncDisposable
{
    private const string Template = "template_trainable";

    private readonly Lazy<Task<PostgresCluster>> _cluster = new(StartAsync);

    public static async Task<PostgresCluster> ClusterAsync()
    {
        PostgresCluster.Require();
        var shared = await TestContext.Current.GetFixture<SharedPostgres>();
        return await shared!._cluster.Value;
    }

    /// <summary>A new database with the current schema.</summary>
    public static async Task<DatabaseUrl> CreateDatabaseAsync()
    {
        var cluster = await ClusterAsync();
        return cluster.Url(await cluster.CreateDatabaseAsync(Template));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated)
            await (await _cluster.Value).DisposeAsync();
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await PostgresCluster.StartAsync();
        await cluster.ExecuteAsync($"CREATE DATABASE {Template}");
        // Migrated once; a copy of it takes a fraction of the time.
        await using var source = PostgresSource.Create(cluster.Url(Template));
        var options = new DbContextOptionsBuilder<PostgresTrainableDb>();
        PostgresTrainableDb.Configure(options, source);
        await using var db = new PostgresTrainableDb(options.Options);
        await db.Database.MigrateAsync();
        return cluster;
    }
}

/// <summary>
/// The tests of this class run on PostgreSQL; without it they run on SQLite. What holds on SQLite is quickly told; that it holds
/// on a second database, whose server has to be there, is for the whole set of tests.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnPostgresAttribute : Attribute, Xunit.v3.ITraitAttribute
{
    private const string Name = "Database";
    private const string Value = "PostgreSQL";

    public static bool IsOnThisTest =>
        TestContext.Current.TestClass?.Traits.TryGetValue(Name, out var values) == true && values.Contains(Value);

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [new(Name, Value), new("Kind", "integration")];
}
