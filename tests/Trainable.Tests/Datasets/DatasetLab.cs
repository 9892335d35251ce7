using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Images;
using Trainable.Server.Datasets.Workbooks;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Tests.Datasets;

/// <summary>A home of its own and the store on it.</summary>
internal sealed class DatasetLab : IDisposable
{
    private readonly LocalRuntime _runtime;
    private readonly string _root = Directory.CreateTempSubdirectory("trainable-test-").FullName;

    public DatasetLab(DatasetOptions? options = null)
    {
        Home = new TrainableHome(Path.Combine(_root, "home"));
        var settings = options ?? new DatasetOptions();
        _runtime = new LocalRuntime(new SandboxOptions(), Home, TimeProvider.System, NullLogger<LocalRuntime>.Instance);
        var converter = new FileConverter(_runtime, settings);
        Store = new DatasetStore(
            Home,
            settings,
            new WorkbookReader(converter, settings),
            new ImageReader(converter),
            new FakeTimeProvider()
        );
    }

    public TrainableHome Home { get; }

    public DatasetStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<Dataset> AddAsync(string text, ExperimentOptions? options = null, string name = "table.csv") =>
        AddAsync(Encoding.UTF8.GetBytes(text), options, name);

    public Task<Dataset> AddAsync(byte[] content, ExperimentOptions? options = null, string name = "table.csv") =>
        AddAsync(options ?? new ExperimentOptions(), (name, content));

    public async Task<Dataset> AddAsync(ExperimentOptions options, params (string Name, byte[] Content)[] files)
    {
        var experiment = Guid.CreateVersion7();
        await using var upload = Store.Begin(experiment);
        foreach (var (name, content) in files)
        {
            using var stream = new MemoryStream(content);
            await upload.AddAsync(name, stream, Cancellation);
        }
        var manifest = await upload.CompleteAsync(options, Cancellation);
        return new Dataset(experiment, manifest, Store);
    }

    /// <summary>The sentence with which a file is refused; whatever was written of it has to be gone.</summary>
    public async Task<UserFacingException> RefusalAsync(
        byte[] content,
        ExperimentOptions? options = null,
        string name = "table.csv"
    )
    {
        var refusal = await Should.ThrowAsync<UserFacingException>(() => AddAsync(content, options, name));
        ShouldHoldNothing();
        return refusal;
    }

    /// <summary>As <see cref="RefusalAsync(byte[], ExperimentOptions?, string)"/>, where other datasets are there already.</summary>
    public Task<UserFacingException> RefusalFromAsync(byte[] content, ExperimentOptions options, string name) =>
        Should.ThrowAsync<UserFacingException>(() => AddAsync(content, options, name));

    public Task<UserFacingException> RefusalAsync(
        string text,
        ExperimentOptions? options = null,
        string name = "table.csv"
    ) => RefusalAsync(Encoding.UTF8.GetBytes(text), options, name);

    public void ShouldHoldNothing()
    {
        Directory.GetFileSystemEntries(Home.Held).ShouldBeEmpty();
        var datasets = Path.Combine(Home.Workspace, "datasets");
        if (Directory.Exists(datasets))
            Directory.GetFileSystemEntries(datasets).ShouldBeEmpty();
    }

    public void Dispose()
    {
        _runtime.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}

/// <summary>A dataset that was made, and what stands in its files.</summary>
internal sealed record Dataset(Guid Experiment, DatasetManifest Manifest, DatasetStore Store)
{
    public DatasetPaths Paths => Store.Paths(Experiment);

    public string WorkingPath => Path.Combine(Paths.Working, Manifest.WorkingFile ?? "");

    public string HeldPath => Path.Combine(Paths.Held, Manifest.HeldFile ?? "");

    /// <summary>Lines after the header; for tables without line breaks in their values.</summary>
    public string[] Working => File.ReadAllLines(WorkingPath)[1..];

    public string[] Held => File.ReadAllLines(HeldPath)[1..];

    public string Header => File.ReadLines(WorkingPath).First();

    public IReadOnlyList<string> Columns => [.. Manifest.Columns.Select(column => column.Name)];
}

/// <summary>Made tables.</summary>
internal static class Tables
{
    /// <summary>A header and one line per row from <paramref name="row"/>.</summary>
    public static string Csv(string header, int rows, Func<int, string> row) =>
        header + "\n" + string.Concat(Enumerable.Range(0, rows).Select(i => row(i) + "\n"));

    public static string Numbered(int rows) =>
        Csv("id,x,y", rows, i => $"{i},{i * 7 % 13},{(i % 3 == 0 ? "yes" : "no")}");
}
