using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Previews;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

internal static class DatasetRegistration
{
    /// <summary>Needs a <see cref="TrainableHome"/>, a <see cref="TimeProvider"/> and sandboxes.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(DatasetOptions.Read(configuration));
        services.AddSingleton<FileConverter>();
        services.AddSingleton<WorkbookReader>();
        services.AddSingleton<ImageReader>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<PreviewReader>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton(provider => new SampleLibrary(
            PythonLocation.Read(provider.GetRequiredService<TrainableHome>())
        ));
        services.AddHostedService<UnfinishedUploads>();
        return services;
    }

    /// <summary>A home has one owner, so what has no manifest when that owner starts will never get one.</summary>
    private sealed class UnfinishedUploads(DatasetStore store, ResumableUploads uploads) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            store.DeleteUnfinished();
            uploads.DeleteExpired();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
