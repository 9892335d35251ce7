using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>The datasets of all experiments: what came in, the rows agents work on, and the rows the host holds.</summary>
internal sealed class DatasetStore(TrainableHome home, DatasetOptions options, TimeProvider time)
{
    public DatasetOptions Options => options;

    public DatasetPaths Paths(Guid experiment) => new(home, experiment);

    /// <summary>Starts to take in the files of a new experiment.</summary>
    public DatasetUpload Begin(Guid experiment)
    {
        if (Directory.Exists(Paths(experiment).Held))
            throw new InvalidOperationException($"Experiment {experiment} has a dataset already.");
        return new DatasetUpload(this, experiment);
    }

    /// <summary>What the upload turned out to be; null when there is none.</summary>
    public DatasetManifest? ReadManifest(Guid experiment) =>
        Read(Paths(experiment).Manifest, DatasetJson.Default.DatasetManifest);

    /// <summary>What an agent may see of the dataset, from working rows alone; null when there is none.</summary>
    public DatasetProfile? ReadProfile(Guid experiment) =>
        Read(Paths(experiment).Profile, DatasetJson.Default.DatasetProfile);

    /// <summary>A person may open the upload as it came.</summary>
    public string UploadedFile(Guid experiment, UploadedFile file) => Path.Combine(Paths(experiment).Upload, file.Name);

    public void Delete(Guid experiment)
    {
        var paths = Paths(experiment);
        foreach (var directory in new[] { paths.Working, paths.Held })
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Removes what a process that was killed in the middle of an upload left; called once, before any upload.</summary>
    public void DeleteUnfinished()
    {
        foreach (var directory in Directory.EnumerateDirectories(home.Held))
        {
            if (
                Guid.TryParse(Path.GetFileName(directory), out var experiment)
                && !File.Exists(Paths(experiment).Manifest)
            )
                Delete(experiment);
        }
    }

    /// <summary>Makes a dataset of the files that came.</summary>
    internal DatasetManifest Assemble(
        Guid experiment,
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        CancellationToken cancellation
    )
    {
        var paths = Paths(experiment);
        TrainableHome.Make(paths.Scratch);
        var assembly = new DatasetAssembly(paths, options, cancellation);
        var (manifest, profile) = assembly.Make(files, wanted);
        manifest = manifest with { ExperimentId = experiment, CreatedAt = time.GetUtcNow().UtcDateTime };
        Directory.Delete(paths.Scratch, recursive: true);
        Write(paths.Profile, JsonSerializer.SerializeToUtf8Bytes(profile, DatasetJson.Default.DatasetProfile));
        Write(paths.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, DatasetJson.Default.DatasetManifest));
        return manifest;
    }

    private static void Write(string path, byte[] content)
    {
        var partial = path + ".partial";
        File.WriteAllBytes(partial, content);
        File.Move(partial, path, overwrite: true);
    }

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, json);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
