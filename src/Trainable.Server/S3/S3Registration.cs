using Trainable.Server.Platform;
using Trainable.Server.S3.Sync;

namespace Trainable.Server.S3;

internal static class S3Registration
{
    /// <exception cref="UserFacingException">The settings are wrong; the message names each.</exception>
    public static IServiceCollection AddS3(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(S3Options.Read(configuration))
            .AddSingleton<S3Connection>()
            .AddSingleton<ObjectStore>()
            .AddSingleton<ObjectUpload>()
            .AddSingleton<S3Import>()
            .AddSingleton<SyncQueue>()
            .AddSingleton<StageSync>()
            .AddSingleton<SyncWorker>()
            .AddHostedService<SyncService>();

    /// <summary>
    /// The worker, where there is S3. It is asked for only then: it brings EF and the SDK into memory, which most servers at rest
    /// do without.
    /// </summary>
    private sealed class SyncService(IServiceProvider services, S3Options options, ServerOptions server)
        : BackgroundService
    {
        // Jobs of a time when there was S3 stay for when there is again; a server that is there for a moment begins none.
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            options.IsOn && server.ResumeRuns
                ? services.GetRequiredService<SyncWorker>().RunAsync(stoppingToken)
                : Task.CompletedTask;
    }
}
