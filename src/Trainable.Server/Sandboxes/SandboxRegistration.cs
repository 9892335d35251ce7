using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes;

internal static class SandboxRegistration
{
    /// <summary>Needs <see cref="TrainableHome"/>; settings are read from the configuration when first asked for.</summary>
    public static IServiceCollection AddSandboxes(this IServiceCollection services)
    {
        services.AddSingleton(provider => SandboxOptions.Read(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<ISandboxRuntime>(provider => new LocalRuntime(
            provider.GetRequiredService<SandboxOptions>(),
            provider.GetRequiredService<TrainableHome>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<LocalRuntime>>()
        ));
        return services;
    }
}
