using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Cli.Api;
using Trainable.Server.Platform;

namespace Trainable.Cli.Data;

/// <summary>A dataset that comes with Trainable, as <c>python/trainable_samples</c> describes it.</summary>
internal sealed record Sample
{
    public required string Name { get; init; }
    public required string Target { get; init; }
    public required string ProblemType { get; init; }
    public required int Rows { get; init; }
    public required int Columns { get; init; }
    public required string About { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Sample[]))]
internal sealed partial class SampleJson : JsonSerializerContext;

/// <summary>Lists and writes the samples by running their maker with the interpreter that setup chose.</summary>
internal sealed class Samples(PythonLocation location)
{
    public const string Prefix = "sample:";

    private static string Maker => Path.Combine(PythonLibrary.Root, "trainable_samples");

    public async Task<Sample[]> ListAsync(CancellationToken cancellation) =>
        JsonSerializer.Deserialize(await RunAsync(["list"], cancellation), SampleJson.Default.SampleArray) ?? [];

    /// <summary>Writes the sample's CSV to a scratch directory.</summary>
    /// <exception cref="CommandException">There is no such sample, or Python cannot make it.</exception>
    public async Task<DataSource> WriteAsync(string name, CancellationToken cancellation)
    {
        var known = await ListAsync(cancellation);
        var sample =
            known.FirstOrDefault(one => one.Name == name)
            ?? throw new CommandException(
                $"There is no sample '{name}'. There are: {string.Join(", ", known.Select(one => one.Name))}.",
                ExitCodes.Usage
            );
        var scratch = Directory.CreateTempSubdirectory("trainable-").FullName;
        var path = Path.Combine(scratch, sample.Name + ".csv");
        await RunAsync(["write", sample.Name, path], cancellation);
        return new DataSource
        {
            Name = sample.Name,
            Description = sample.About,
            Files = [new UploadFile(path, Path.GetFileName(path), new FileInfo(path).Length)],
            Target = sample.Target,
            Scratch = scratch,
        };
    }

    private async Task<string> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var python = location.Executable;
        var start = new ProcessStartInfo(python)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Isolated: neither the person's PYTHON* variables nor the current directory change what runs.
            ArgumentList = { "-I", "-B", Maker },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
            if (process.ExitCode != 0)
            {
                throw new CommandException(
                    $"{python} could not make the sample: {LastLine(await errors)}. './trainable setup' installs what is missing.",
                    ExitCodes.Missing
                );
            }
            return await output;
        }
        catch (Win32Exception missing)
        {
            throw new CommandException(
                $"The interpreter {python} cannot be started ({missing.Message}). './trainable setup' installs what is missing.",
                ExitCodes.Missing,
                missing
            );
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault()
            ?.TrimEnd('.')
        ?? "it said nothing";
}
