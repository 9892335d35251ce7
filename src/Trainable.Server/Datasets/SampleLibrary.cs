using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>
/// The datasets that come with Trainable. <c>python/trainable_samples</c> describes and writes them; it is run with the
/// interpreter that setup chose, outside any sandbox, since it is ours.
/// </summary>
internal sealed class SampleLibrary(PythonLocation location)
{
    private const string Advice = "'./trainable setup' installs what is missing.";

    private static string Maker => Path.Combine(PythonLibrary.Root, "trainable_samples");

    public async Task<SampleItem[]> ListAsync(CancellationToken cancellation) =>
        JsonSerializer.Deserialize(await RunAsync(["list"], cancellation), ContractJson.Default.SampleItemArray) ?? [];

    /// <exception cref="UserFacingException">There is no such sample (404).</exception>
    public async Task<SampleItem> FindAsync(string name, CancellationToken cancellation)
    {
        var known = await ListAsync(cancellation);
        return known.FirstOrDefault(one => one.Name == name)
            ?? throw new UserFacingException(
                $"There is no sample '{name}'. There are: {string.Join(", ", known.Select(one => one.Name))}.",
                StatusCodes.Status404NotFound
            );
    }

    /// <summary>Writes a sample's CSV to a new file of a directory; returns its path.</summary>
    /// <exception cref="UserFacingException">Python cannot make it (503).</exception>
    public async Task<string> WriteAsync(SampleItem sample, string directory, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, sample.Name + ".csv");
        await RunAsync(["write", sample.Name, path], cancellation);
        return path;
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
                throw Missing($"{python} could not make the sample: {LastLine(await errors)}. {Advice}");
            return await output;
        }
        catch (Win32Exception missing)
        {
            throw Missing($"The interpreter {python} cannot be started ({missing.Message}). {Advice}", missing);
        }
    }

    private static UserFacingException Missing(string message, Exception? inner = null) =>
        new(message, StatusCodes.Status503ServiceUnavailable, inner);

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault()
            ?.TrimEnd('.')
        ?? "it said nothing";
}
