using Trainable.Server.Sessions.Gallery;
using Trainable.Server.Sessions.Replays;
using Trainable.Server.Sessions.Tables;
using Trainable.Server.Sessions.Versions;

namespace Trainable.Server.Sessions;

internal static class SessionsRegistration
{
    public static IServiceCollection AddSessions(this IServiceCollection services) =>
        services
            .AddSingleton<StageCompletion>()
            .AddSingleton<ReplayRuns>()
            .AddSingleton<ReplayJudge>()
            .AddSingleton<StageRunner>()
            .AddSingleton<RunHost>()
            .AddSingleton<SessionStarter>()
            .AddSingleton<ChatStarter>()
            .AddSingleton<SessionRegistry>()
            .AddSingleton<ISessions>(provider => provider.GetRequiredService<SessionRegistry>())
            .AddSingleton<SessionExec>()
            .AddSingleton<RunRecovery>()
            .AddSingleton<Sparklines>()
            .AddSingleton<AgentTables>()
            .AddScoped<ExperimentQueries>()
            .AddScoped<GalleryQueries>()
            .AddScoped<PersonTables>()
            .AddScoped<SessionQueries>()
            .AddScoped<ExperimentCreation>()
            .AddScoped<SampleExperiments>()
            .AddScoped<ExperimentRemoval>()
            .AddScoped<DatasetVersions>();
}
