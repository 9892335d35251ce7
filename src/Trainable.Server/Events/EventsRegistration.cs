namespace Trainable.Server.Events;

internal static class EventsRegistration
{
    public static IServiceCollection AddEvents(this IServiceCollection services) =>
        services
            .AddSingleton<LiveFeeds>()
            .AddSingleton<Follower>()
            .AddSingleton<EventLog>()
            .AddHostedService(provider => provider.GetRequiredService<EventLog>());
}
