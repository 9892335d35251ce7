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

    private static BatchWriter Writer(IServiceProvider services)
    {
        if (services.GetRequiredService<ServerOptions>().Database is null)
            return new SqliteBatchWriter(services.GetRequiredService<TrainableHome>().Database);
        return new PostgresBatchWriter(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<EventLog>>()
        );
    }
}
