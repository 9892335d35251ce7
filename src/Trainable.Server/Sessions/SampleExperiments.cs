using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.Sessions;

/// <summary>Makes experiments of the datasets that come with Trainable.</summary>
internal sealed class SampleExperiments(
    SampleLibrary samples,
    DatasetStore datasets,
    ExperimentCreation creation,
    TrainableHome home
)
{
    /// <exception cref="UserFacingException">There is no such sample, or an option does not fit.</exception>
    public async Task<ExperimentCreated> CreateAsync(FromSampleRequest body, CancellationToken cancellation)
    {
        var sample = await samples.FindAsync(body.Name, cancellation);
        var options = body.Options ?? new ExperimentOptions();
        ExperimentForm.Check(options);
        ExperimentForm.CheckLength("instructions", body.Instructions);
        var wanted = new NewExperiment
        {
            Name = sample.Name,
            Description = sample.About,
            Instructions = body.Instructions ?? "",
            Options = options with
            {
                Target = options.Target ?? sample.Target,
                ProblemType = options.ProblemType ?? (options.Target is null ? sample.ProblemType : null),
            },
        };
        var scratch = TrainableHome.Make(Path.Combine(home.Scratch, $"sample-{Guid.CreateVersion7():N}"));
        try
        {
            var path = await samples.WriteAsync(sample, scratch, cancellation);
            var id = Guid.CreateVersion7();
            await using var upload = datasets.Begin(id);
            await using (var file = File.OpenRead(path))
                await upload.AddAsync(Path.GetFileName(path), file, cancellation);
            return await creation.CreateAsync(id, wanted, upload, cancellation);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
