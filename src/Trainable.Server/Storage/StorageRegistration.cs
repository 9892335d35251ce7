using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Storage;

internal static class StorageRegistration
{
    /// <summary>SQLite in the home, or PostgreSQL where <c>DATABASE_URL</c> names one.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, ServerOptions options)
    {
        if (options.Database is { } url)
        {
            services.AddSingleton(_ => PostgresSource.Create(url));
            services.AddPooledDbContextFactory<PostgresTrainableDb>(
                (provider, builder) =>
                    PostgresTrainableDb.Configure(builder, provider.GetRequiredService<NpgsqlDataSource>())
            );
            services.AddSingleton<IDbContextFactory<TrainableDb>, AsTrainableDb<PostgresTrainableDb>>();
        }
        else
        {
            services.AddPooledDbContextFactory<SqliteTrainableDb>(
                (provider, builder) =>
                    SqliteTrainableDb.Configure(builder, provider.GetRequiredService<TrainableHome>().Database)
            );
            services.AddSingleton<IDbContextFactory<TrainableDb>, AsTrainableDb<SqliteTrainableDb>>();
        }
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TrainableDb>>().CreateDbContext());
        services
            .AddSingleton<DatabaseWarmUp>()
            .AddHostedService(provider => provider.GetRequiredService<DatabaseWarmUp>());
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
        return services;
    }

    /// <summary>Brings the schema up to date; called once before the server listens.</summary>
    /// <exception cref="UserFacingException">The database cannot be used; the sentence says why.</exception>
    public static async Task MigrateAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        if (
            services.GetRequiredService<ServerOptions>().Database is null
            && await SqliteSchema.IsCurrentAsync(services.GetRequiredService<TrainableHome>().Database, cancellation)
        )
            return;
        await using var db = await services
            .GetRequiredService<IDbContextFactory<TrainableDb>>()
            .CreateDbContextAsync(cancellation);
        if (db is PostgresTrainableDb postgres)
        {
            var url = services.GetRequiredService<ServerOptions>().Database!;
            var source = services.GetRequiredService<NpgsqlDataSource>();
            await PostgresMigration.RunAsync(postgres, source, url, cancellation);
            return;
        }
        await db.Database.MigrateAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", cancellation);
    }

    /// <summary>Makes ready what the endpoints need once someone comes who may call them.</summary>
    public static IApplicationBuilder UseDatabaseWarmUp(this IApplicationBuilder app)
    {
        var warmUp = app.ApplicationServices.GetRequiredService<DatabaseWarmUp>();
        return app.Use(
            (http, next) =>
            {
                if (!HealthEndpoints.IsHealth(http.Request.Path))
                    warmUp.Begin();
                return next(http);
            }
        );
    }

    /// <summary>Whether a process that is gone left a run behind. Asked without EF, which most starts then do not wait for.</summary>
    public static async Task<bool> HasRunningRunsAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        await using DbConnection database = services.GetRequiredService<ServerOptions>().Database is null
            ? new SqliteConnection(
                SqliteTrainableDb.ConnectionString(services.GetRequiredService<TrainableHome>().Database)
            )
            : services.GetRequiredService<NpgsqlDataSource>().CreateConnection();
        await database.OpenAsync(cancellation);
        await using var command = database.CreateCommand();
        command.CommandText = $"SELECT 1 FROM stage_runs WHERE status = '{RunStatuses.Running}' LIMIT 1";
        return await command.ExecuteScalarAsync(cancellation) is not null;
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
