using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets.Drift;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Profiles;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Datasets;

/// <summary>The datasets of all experiments: what came in, the rows agents work on, and the rows the host holds.</summary>
internal sealed class DatasetStore(
    TrainableHome home,
    DatasetOptions options,
    WorkbookReader workbooks,
    ImageReader images,
    TimeProvider time
)
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

    /// <summary>An image of an image folder by its neutral name; null when there is none. People may see held ones too.</summary>
    public FileStream? OpenImage(Guid dataset, string name)
    {
        if (!ImageFile.IsNeutralName(name))
            return null;
        try
        {
            return new FileStream(
                Path.Combine(Paths(dataset).Images, name),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                useAsync: true
            );
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Delete(Guid experiment)
    {
        var paths = Paths(experiment);
        foreach (var directory in new[] { paths.Working, paths.Held })
        {
            // A sandbox may have written in its scratch.
            TreeRemoval.Delete(directory);
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
    internal async Task<DatasetManifest> AssembleAsync(
        Guid experiment,
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        CancellationToken cancellation
    )
    {
        var paths = Paths(experiment);
        TrainableHome.Make(paths.Scratch);
        var labels = new ImageLabels(paths.Upload, paths.Scratch, options);
        if (await Task.Run(() => ImageUpload.Find(files, wanted, labels, cancellation), cancellation) is { } folder)
        {
            var table = await ImageTable.MakeAsync(folder, paths.Upload, paths.Scratch, images, cancellation);
            return await Task.Run(
                () =>
                    Assemble(
                        experiment,
                        assembly => assembly.MakeImages(files, folder.Fit(wanted), table),
                        cancellation
                    ),
                cancellation
            );
        }
        var sheets = await ConvertAsync(paths, files, wanted, cancellation);
        return await Task.Run(
            () => Assemble(experiment, assembly => assembly.Make(files, wanted, sheets), cancellation),
            cancellation
        );
    }

    /// <summary>The sheet of the one file that is the table, where it is a workbook.</summary>
    private async Task<Dictionary<string, ConvertedSheet>> ConvertAsync(
        DatasetPaths paths,
        IReadOnlyList<UploadedFile> files,
        ExperimentOptions wanted,
        CancellationToken cancellation
    )
    {
        var sheets = new Dictionary<string, ConvertedSheet>(StringComparer.Ordinal);
        var main = files.Count == 1 ? files[0].Name : wanted.Main;
        var file = files.FirstOrDefault(one => one.IsCalled(main));
        var path = file is null ? null : Path.Combine(paths.Upload, file.Name);
        var isWorkbook = path is not null && WorkbookFile.Is(path);
        if (wanted.Sheet is { Length: > 0 } sheet && !isWorkbook)
            throw TableFile.Refuse(
                $"There is no sheet '{ShownText.Cut(sheet)}': the main table is not an Excel workbook. Leave 'sheet' out."
            );
        if (isWorkbook && wanted.Holdout != HoldoutModes.Agent)
            sheets[file!.Name] = await workbooks.ConvertAsync(
                path!,
                ShownText.Cut(file.Name),
                wanted.Sheet is { Length: > 0 } ? wanted.Sheet : null,
                paths.Scratch,
                mostRows: null,
                cancellation
            );
        return sheets;
    }

    private DatasetManifest Assemble(
        Guid experiment,
        Func<DatasetAssembly, (DatasetManifest, DatasetProfile)> make,
        CancellationToken cancellation
    )
    {
        var paths = Paths(experiment);
        var (manifest, profile) = make(new DatasetAssembly(paths, options, cancellation));
        manifest = manifest with { ExperimentId = experiment, CreatedAt = time.GetUtcNow().UtcDateTime };
        TreeRemoval.Delete(paths.Scratch);
        Write(paths.Profile, JsonSerializer.SerializeToUtf8Bytes(profile, DatasetJson.Default.DatasetProfile));
        Write(paths.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, DatasetJson.Default.DatasetManifest));
        return manifest;
    }

    /// <summary>Measures how a version differs from an earlier one, and keeps it beside the newer.</summary>
    public async Task<DatasetDrift?> MeasureDriftAsync(
        Guid earlier,
        int number,
        Guid later,
        CancellationToken cancellation
    )
    {
        if (
            ReadManifest(earlier) is not { WorkingFile: { } old } before
            || ReadManifest(later) is not { WorkingFile: { } file } now
        )
            return null;
        var (from, to) = (Paths(earlier), Paths(later));
        TrainableHome.Make(to.Scratch);
        var access = new TableAccess([from.Working, to.Working], to.Scratch, options.MemoryBytes);
        var drift = await Task.Run(
            () =>
            {
                using var database = TableDatabase.Open(access, cancellation);
                return new DriftMeter(database).Measure(
                    (before, Path.Combine(from.Working, old)),
                    (now, Path.Combine(to.Working, file)),
                    number
                );
            },
            cancellation
        );
        TreeRemoval.Delete(to.Scratch);
        Write(to.Drift, JsonSerializer.SerializeToUtf8Bytes(drift, DatasetJson.Default.DatasetDrift));
        return drift;
    }

    /// <summary>How a version differs from the one before it; null for the first, and where one of the two is no table.</summary>
    public DatasetDrift? ReadDrift(Guid dataset) => Read(Paths(dataset).Drift, DatasetJson.Default.DatasetDrift);

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
