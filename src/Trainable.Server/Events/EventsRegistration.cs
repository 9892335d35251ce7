using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Server.Events;

internal static class EventsRegistration
{
    public static IServiceCollection AddEvents(this IServiceCollection services) =>
        services
            .AddSingleton<LiveFeeds>()
            .AddSingleton<Follower>()
            .AddSingleton(Writer)
            .AddSingleton<EventLog>()
            .AddHostedService(provider => provider.GetRequiredService<EventLog>());

    private static BatchWriter Writer(IServiceProvider services) =>
        services.GetRequiredService<ServerOptions>().Database is null
            ? new SqliteBatchWriter(services.GetRequiredService<TrainableHome>().Database)
            : PostgresWriter(services);

    /// <summary>A method of its own: one that is entered loads what it names, and most servers do without Npgsql.</summary>
    private static PostgresBatchWriter PostgresWriter(IServiceProvider services) =>
        new(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<EventLog>>()
        );
}
