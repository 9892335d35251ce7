using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents;

/// <summary>
/// Which packages scripts find, and in which versions: asked of the interpreter once (<c>python/inventory/distributions.py</c>),
/// and again when it or what it has installed changes.
/// </summary>
internal sealed partial class SandboxPackages(TrainableHome home, TimeProvider clock, ILogger<SandboxPackages> logger)
{
    /// <summary>What agents reach for, in the order in which it is told.</summary>
    private static readonly string[] Wanted =
    [
        "pandas",
        "numpy",
        "scipy",
        "scikit-learn",
        "xgboost",
        "lightgbm",
        "catboost",
        "optuna",
        "imbalanced-learn",
        "category-encoders",
        "statsmodels",
        "shap",
        "matplotlib",
        "seaborn",
        "plotly",
        "pyarrow",
        "polars",
        "nltk",
        "torch",
        "tensorflow",
        "transformers",
        "cloudpickle",
        "joblib",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _told = new(StringComparer.Ordinal);

    /// <summary>The packages as a line or two of a prompt.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellation)
    {
        var python = PythonLocation.Read(home);
        // A request that is cancelled must not leave others without an answer.
        var asked = _told.GetOrAdd(Key(python), _ => new Lazy<Task<string>>(() => AskAsync(python)));
        return await asked.Value.WaitAsync(cancellation);
    }

    /// <summary>Changes when another interpreter is named, or a package comes into its virtual environment.</summary>
    private static string Key(PythonLocation python) =>
        string.Join(
            '\n',
            python
                .Prefixes.Select(prefix => Path.Combine(prefix, "lib"))
                .Where(Directory.Exists)
                .SelectMany(lib => Directory.EnumerateDirectories(lib, "python*"))
                .Select(lib => Path.Combine(lib, "site-packages"))
                .Select(packages => $"{packages} {Directory.GetLastWriteTimeUtc(packages):O}")
                .Prepend(python.Executable)
        );

    private async Task<string> AskAsync(PythonLocation python)
    {
        try
        {
            var found = JsonSerializer.Deserialize(
                await RunAsync(python.Executable),
                PackagesJson.Default.DistributionArray
            )!;
            return Tell(found);
        }
        catch (Exception failure)
            when (failure is Win32Exception or JsonException or OperationCanceledException or InvalidOperationException)
        {
            LogUnknown(failure, python.Executable);
            return "Usually installed: pandas, numpy, scikit-learn, xgboost, optuna, imbalanced-learn, statsmodels, matplotlib, seaborn, "
                + "cloudpickle. Their versions could not be found out: check before you rely on one.";
        }
    }

    private static string Tell(Distribution[] found)
    {
        var versions = found
            .GroupBy(one => one.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.First().Version, StringComparer.OrdinalIgnoreCase);
        var there = Wanted.Where(versions.ContainsKey).Select(name => $"{name} {versions[name]}");
        // What a person added is there for a reason.
        var added = found
            .Where(one => one.Own && !Wanted.Contains(one.Name, StringComparer.OrdinalIgnoreCase))
            .Select(one => $"{one.Name} {one.Version}")
            .Take(Wanted.Length);
        var missing = Wanted.Where(name => !versions.ContainsKey(name)).ToList();
        return $"Installed: {string.Join(", ", there.Concat(added))}."
            + (missing.Count > 0 ? $" Not installed: {string.Join(", ", missing)}." : "");
    }

    private async Task<string> RunAsync(string executable)
    {
        var start = new ProcessStartInfo(executable)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Isolated: neither the person's PYTHON* variables nor the current directory change what is found.
            ArgumentList = { "-I", "-B", Path.Combine(PythonLibrary.Root, "inventory", "distributions.py") },
        };
        using var limit = new CancellationTokenSource(Patience, clock);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"distributions.py failed: {await errors}");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Python} does not say which packages it has")]
    private partial void LogUnknown(Exception failure, string python);
}

/// <summary>A package as <c>distributions.py</c> tells it.</summary>
internal sealed record Distribution(string Name, string Version, bool Own);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Distribution[]))]
internal sealed partial class PackagesJson : JsonSerializerContext;
