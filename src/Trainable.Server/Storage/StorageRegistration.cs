using Microsoft.EntityFrameworkCore;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

internal static class StorageRegistration
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<SqliteTrainableDb>(
            (provider, options) =>
                SqliteTrainableDb.Configure(options, provider.GetRequiredService<TrainableHome>().Database)
        );
        services.AddSingleton<IDbContextFactory<TrainableDb>, AsTrainableDb<SqliteTrainableDb>>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TrainableDb>>().CreateDbContext());
        return services;
    }

    /// <summary>Brings the schema up to date; called once before the server listens.</summary>
    public static async Task MigrateAsync(this IDbContextFactory<TrainableDb> factory, CancellationToken cancellation)
    {
        await using var db = await factory.CreateDbContextAsync(cancellation);
        await db.Database.MigrateAsync(cancellation);
        if (db is SqliteTrainableDb)
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", cancellation);
    }

    /// <summary>Hands out a provider's context under the type the application asks for.</summary>
    private sealed class AsTrainableDb<TDb>(IDbContextFactory<TDb> inner) : IDbContextFactory<TrainableDb>
        where TDb : TrainableDb
    {
        public TrainableDb CreateDbContext() => inner.CreateDbContext();

        public async Task<TrainableDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await inner.CreateDbContextAsync(cancellationToken);
    }
}
