using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Trainable.Server.Platform;

namespace Trainable.Cli.Serving;

/// <summary>
/// The server as a guest of this process: the terminal and its signals are the command's alone, so the host's log goes to a
/// file and Ctrl-C is not the host's to act on.
/// </summary>
internal static class QuietHost
{
    public static Action<IServiceCollection> Configure(TrainableHome home) =>
        services =>
        {
            services.Replace(ServiceDescriptor.Singleton<IHostLifetime, GuestLifetime>());
            services.AddLogging(logging => logging.ClearProviders().AddProvider(new FileLog(home)));
        };

    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
