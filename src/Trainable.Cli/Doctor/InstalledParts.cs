using System.Runtime.InteropServices;
using System.Text.Json;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes.Launch;

namespace Trainable.Cli.Doctor;

/// <summary>What <c>python/inventory/packages.py</c> answers: a version, "" where none is told, null where it is missing.</summary>
internal sealed record Inventory(string Version, IReadOnlyDictionary<string, string?> Packages);

/// <summary>The programs and packages that a run needs.</summary>
internal sealed class InstalledParts(TimeProvider clock)
{
    private const string Group = "Installed";
    private static readonly string[] FontDirectories = ["/usr/share/fonts", "/usr/local/share/fonts"];

    public async Task<IReadOnlyList<Finding>> ExamineAsync(string home, CancellationToken cancellation) =>
        [
            Finding.Ok(
                Group,
                "machine",
                $"{RuntimeInformation.RuntimeIdentifier}, {Words.Count(Environment.ProcessorCount, "processor")}, "
                    + $"{Words.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} of memory"
            ),
            Finding.Ok(Group, "dotnet", RuntimeInformation.FrameworkDescription),
            .. await PythonAsync(home, cancellation),
            await BubblewrapAsync(cancellation),
            Fonts(),
        ];

    private async Task<IReadOnlyList<Finding>> PythonAsync(string home, CancellationToken cancellation)
    {
        PythonLocation python;
        try
        {
            python = PythonLocation.Read(Path.Combine(home, TrainableHome.PythonConfigName));
        }
        catch (UserFacingException broken)
        {
            return [Finding.Broken(Group, "python", broken.Message)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [Finding.Broken(Group, "python", $"python.json in {home} cannot be read: {unreadable.Message}")];
        }
        if (!File.Exists(python.Executable))
            return [Finding.Missing(Group, "python", $"There is no Python at {python.Executable}.")];
        var script = Path.Combine(PythonLibrary.Root, "inventory", "packages.py");
        var (output, problem) = await HostProgram.AskAsync(
            python.Executable,
            ["-I", "-B", script],
            clock,
            cancellation
        );
        if (output is null || Parse(output) is not { } inventory)
        {
            var why = output is null ? problem : "its answer makes no sense";
            return [Finding.Broken(Group, "python", $"{python.Executable} does not work: {why}", "./trainable setup")];
        }
        return [Finding.Ok(Group, "python", $"{inventory.Version} at {python.Executable}"), .. Packages(inventory)];
    }

    private static IEnumerable<Finding> Packages(Inventory inventory)
    {
        var there = inventory.Packages.Where(package => package.Value is not null).ToList();
        var missing = inventory
            .Packages.Where(package => package.Value is null)
            .Select(package => package.Key)
            .ToList();
        if (there.Count > 0)
        {
            yield return Finding.Ok(
                Group,
                "packages",
                string.Join(", ", there.Select(package => $"{package.Key} {package.Value}".TrimEnd()))
            );
        }
        if (missing.Count > 0)
        {
            yield return Finding.Missing(
                Group,
                "packages",
                $"Scripts of agents import what this Python does not have: {string.Join(", ", missing)}."
            );
        }
    }

    private async Task<Finding> BubblewrapAsync(CancellationToken cancellation)
    {
        if (BubblewrapLauncher.FindExecutable() is not { } executable)
        {
            return Finding.Missing(
                Group,
                "bubblewrap",
                "bubblewrap, which isolates what agents run, is not there.",
                "./trainable setup, or as root: apt-get install bubblewrap"
            );
        }
        var (output, problem) = await HostProgram.AskAsync(executable, ["--version"], clock, cancellation);
        return output is null
            ? Finding.Broken(Group, "bubblewrap", $"{executable} does not work: {problem}")
            : Finding.Ok(Group, "bubblewrap", $"{Version(output)} at {executable}");
    }

    /// <summary>The number in <c>bubblewrap 0.8.0</c>.</summary>
    private static string Version(string output) => CleanText.Line(output).Split(' ').LastOrDefault() ?? "";

    /// <summary>matplotlib brings a font of its own, which has no Chinese, Japanese or Korean.</summary>
    private static Finding Fonts()
    {
        var count = FontDirectories
            .Where(Directory.Exists)
            .SelectMany(directory =>
                Directory.EnumerateFiles(
                    directory,
                    "*.?t?",
                    new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }
                )
            )
            .Count(file => Path.GetExtension(file) is ".ttf" or ".otf");
        return count > 0
            ? Finding.Ok(Group, "fonts", $"{Words.Count(count, "font")} beside matplotlib's own")
            : Finding.Warning(
                Group,
                "fonts",
                "Only matplotlib's own: figures show Chinese, Japanese and Korean text as boxes.",
                "as root, if your data has such text: apt-get install fonts-noto-cjk"
            );
    }

    private static Inventory? Parse(string output)
    {
        try
        {
            return JsonSerializer.Deserialize(output, DoctorJson.Default.Inventory);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
