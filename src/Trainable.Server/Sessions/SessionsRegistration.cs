using Trainable.Server.Sessions.Gallery;

namespace Trainable.Server.Sessions;

internal static class SessionsRegistration
{
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services
            .AddSingleton<StageCompletion>()
            .AddSingleton<StageRunner>()
            .AddSingleton<RunHost>()
            .AddSingleton<SessionStarter>()
            .AddSingleton<SessionRegistry>()
            .AddSingleton<ISessions>(provider => provider.GetRequiredService<SessionRegistry>())
            .AddSingleton<SessionExec>()
            .AddSingleton<RunRecovery>()
            .AddSingleton<Sparklines>()
            .AddScoped<ExperimentQueries>()
            .AddScoped<GalleryQueries>()
            .AddScoped<SessionQueries>()
            .AddScoped<ExperimentCreation>()
            .AddScoped<ExperimentRemoval>();
}
