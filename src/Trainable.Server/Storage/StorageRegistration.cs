using System.Data.Common;
using System.Runtime.CompilerServices;
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
            AddPostgres(services, url);
        else
            AddSqlite(services);
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<TrainableDb>>().CreateDbContext());
        services
            .AddSingleton<DatabaseWarmUp>()
            .AddHostedService(provider => provider.GetRequiredService<DatabaseWarmUp>());
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
        return services;
    }

    // What PostgreSQL and EF's queries need is named in methods of its own: a method that is entered loads what it names.
    private static void AddPostgres(IServiceCollection services, DatabaseUrl url)
    {
        services.AddSingleton(_ => PostgresSource.Create(url));
        services.AddPooledDbContextFactory<PostgresTrainableDb>(
            (provider, builder) =>
                PostgresTrainableDb.Configure(builder, provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton<IDbContextFactory<TrainableDb>, AsTrainableDb<PostgresTrainableDb>>();
    }

    private static void AddSqlite(IServiceCollection services)
    {
        services.AddPooledDbContextFactory<SqliteTrainableDb>(
            (provider, builder) =>
                SqliteTrainableDb.Configure(builder, provider.GetRequiredService<TrainableHome>().Database)
        );
        services.AddSingleton<IDbContextFactory<TrainableDb>, AsTrainableDb<SqliteTrainableDb>>();
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
        await MigrateByEfAsync(services, cancellation);
    }

    private static async Task MigrateByEfAsync(IServiceProvider services, CancellationToken cancellation)
    {
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
        await using var database = services.GetRequiredService<ServerOptions>().Database is null
            ? SqliteConnection(services)
            : PostgresConnection(services);
        await database.OpenAsync(cancellation);
        await using var command = database.CreateCommand();
        command.CommandText = $"SELECT 1 FROM stage_runs WHERE status = '{RunStatuses.Running}' LIMIT 1";
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    private static DbConnection SqliteConnection(IServiceProvider services) =>
        new SqliteConnection(SqliteTrainableDb.ConnectionString(services.GetRequiredService<TrainableHome>().Database));

    // Inlined, it would make its caller load Npgsql.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DbConnection PostgresConnection(IServiceProvider services) =>
        services.GetRequiredService<NpgsqlDataSource>().CreateConnection();

    /// <summary>Hands out a provider's context under the type the application asks for.</summary>
    private sealed class AsTrainableDb<TDb>(IDbContextFactory<TDb> inner) : IDbContextFactory<TrainableDb>
        where TDb : TrainableDb
    {
        public TrainableDb CreateDbContext() => inner.CreateDbContext();

        public async Task<TrainableDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await inner.CreateDbContextAsync(cancellationToken);
    }
}
