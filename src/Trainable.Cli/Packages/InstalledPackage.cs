using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Cli.Doctor;
using Trainable.Server.Platform;

namespace Trainable.Cli.Packages;

/// <summary>A distribution that scripts can import. <see cref="Own"/>: the home's own environment holds it, not the system.</summary>
internal sealed record InstalledPackage(string Name, string Version, bool Own)
{
    /// <exception cref="CommandException">The interpreter is missing or does not answer.</exception>
    public static async Task<IReadOnlyList<InstalledPackage>> ListAsync(
        PythonLocation python,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var script = Path.Combine(PythonLibrary.Root, "inventory", "distributions.py");
        var (output, problem) = await HostProgram.AskAsync(
            python.Executable,
            ["-I", "-B", script],
            clock,
            cancellation
        );
        return output is null
            ? throw new CommandException(
                $"{python.Executable} does not answer: {problem}. Run './trainable setup'.",
                ExitCodes.Missing
            )
            : JsonSerializer.Deserialize(output, PackageJson.Default.InstalledPackageArray)!;
    }
}

/// <summary>What <c>env list --json</c> says.</summary>
internal sealed record PythonEnvironment(string Python, IReadOnlyList<InstalledPackage> Packages);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InstalledPackage[]))]
[JsonSerializable(typeof(PythonEnvironment))]
internal sealed partial class PackageJson : JsonSerializerContext;
