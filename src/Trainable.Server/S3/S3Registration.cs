using Trainable.Server.S3.Sync;

namespace Trainable.Server.S3;

internal static class S3Registration
{
    /// <exception cref="Platform.UserFacingException">The settings are wrong; the message names each.</exception>
    public static IServiceCollection AddS3(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(S3Options.Read(configuration))
            .AddSingleton<S3Connection>()
            .AddSingleton<ObjectStore>()
            .AddSingleton<ObjectUpload>()
            .AddSingleton<S3Import>()
            .AddSingleton<SyncQueue>()
            .AddSingleton<StageSync>()
            .AddHostedService<SyncWorker>();
}
