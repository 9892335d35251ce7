using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Datasets;

/// <summary>A program of <c>python/</c> that makes a table of files which only a sandbox may open.</summary>
internal sealed record Conversion
{
    /// <summary>The program's name, its folder in <c>python/</c>, and where its files lie in the sandbox.</summary>
    public required string Name { get; init; }

    /// <summary>The file or folder it reads.</summary>
    public required string Input { get; init; }

    /// <summary>What the input is called in the sandbox.</summary>
    public required string InputName { get; init; }

    /// <summary>After the input's path and <c>--out</c> with the folder it writes to.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}

/// <summary>Runs conversions, each in a sandbox of its own that sees its input, a folder to write to, and nothing else.</summary>
internal sealed class FileConverter(ISandboxRuntime runtime, DatasetOptions options)
{
    private const int MostAnswerBytes = 16 << 20;

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <param name="conversion">What to run.</param>
    /// <param name="work">The empty folder it writes <c>table.csv</c> and <c>result.json</c> to.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How it ended. What it wrote may be anything, since a file it reads may have taken it over.</returns>
    public async Task<StepOutcome> RunAsync(Conversion conversion, string work, CancellationToken cancellation)
    {
        var (input, output) = ($"/{conversion.Name}/in/{conversion.InputName}", $"/{conversion.Name}/out");
        await using var sandbox = await runtime.OpenAsync(
            new SandboxSpec
            {
                Name = $"{conversion.Name}-{Guid.CreateVersion7():N}",
                Mounts =
                [
                    new SandboxMount(conversion.Input, input, Writable: false),
                    new SandboxMount(work, output, Writable: true),
                ],
                MemoryBytes = options.MemoryBytes,
                Preload = false,
            },
            cancellation
        );
        var step = new SandboxScript
        {
            Path = $"/opt/trainable/{conversion.Name}/convert.py",
            WorkingDirectory = output,
            Arguments = [input, "--out", output, .. conversion.Arguments],
        };
        var limits = new StepLimits
        {
            WallClock = Longest,
            MemoryBytes = options.MemoryBytes,
            FileBytes = options.MaxUploadBytes,
            DiskBytes = options.MaxUploadBytes,
            OutputBytes = 1 << 20,
        };
        StepEnded? ended = null;
        await foreach (var item in sandbox.RunAsync(step, limits, cancellation))
            ended = item as StepEnded ?? ended;
        cancellation.ThrowIfCancellationRequested();
        return ended!.Outcome;
    }

    /// <summary>What the program says in <c>result.json</c>; null where that says nothing it could have.</summary>
    public static T? ReadAnswer<T>(string work, JsonTypeInfo<T> json)
        where T : class
    {
        using var root = BeneathRoot.Open(work);
        if (root.OpenFile("result.json").Handle is not { } handle)
            return null;
        using var file = new FileStream(handle, FileAccess.Read);
        if (file.Length > MostAnswerBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(file, json);
        }
        catch (JsonException)
        {
            return null; // Whoever took over the program writes what it likes; the caller says that it could not be read.
        }
    }

    /// <summary>The table it wrote, opened without following links that it may have made.</summary>
    public static FileStream OpenTable(string work)
    {
        using var root = BeneathRoot.Open(work);
        return root.OpenFile("table.csv").Handle is { } handle
            ? new FileStream(handle, FileAccess.Read)
            : throw new InvalidOperationException("The program said that it wrote a table, and there is none.");
    }
}
