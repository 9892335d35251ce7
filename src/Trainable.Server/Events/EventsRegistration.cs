using Microsoft.EntityFrameworkCore;
using Npgsql;
using Trainable.Server.Storage;

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
        var clock = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<EventLog>>();
        var db = services.GetRequiredService<IDbContextFactory<TrainableDb>>().CreateDbContext();
        return db switch
        {
            SqliteTrainableDb sqlite => new SqliteBatchWriter(sqlite),
            _ => new PostgresBatchWriter(services.GetRequiredService<NpgsqlDataSource>(), clock, logger),
        };
    }
}
