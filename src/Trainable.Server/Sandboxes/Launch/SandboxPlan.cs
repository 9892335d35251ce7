using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>What runs in a sandbox and what it gets to see, whatever then isolates it.</summary>
internal sealed record SandboxPlan
{
    public const string Library = "/opt/trainable";
    private const string DuckDb = "/opt/trainable-lib/libduckdb.so";

    public required SandboxSpec Spec { get; init; }

    /// <summary>The spec's mounts and the project's own files; the system's directories are not among them.</summary>
    public required IReadOnlyList<SandboxMount> Mounts { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The sandbox that holds the runner.</summary>
    public static SandboxPlan ForRunner(SandboxSpec spec, PythonLocation python, SandboxOptions options)
    {
        // -I: neither the working directory nor an environment variable decides what the runner itself imports.
        List<string> command = [python.Executable, "-I", "-u", $"{Library}/trainable_runner"];
        // After the installed packages, so that the Parquet stand-in gives way to a real engine of the same name.
        command.AddRange("--path", Library);
        if (spec.Modules is { } chosen)
            command.AddRange("--preload", chosen);
        else if (!spec.Preload)
            command.AddRange("--preload", "");
        else if (options.PreloadModules is { } modules)
            command.AddRange("--preload", modules);
        return For(spec, python, options, command);
    }

    /// <summary>A sandbox that runs one of the project's own scripts, with the interpreter's directories as arguments.</summary>
    public static SandboxPlan ForScript(
        SandboxSpec spec,
        PythonLocation python,
        SandboxOptions options,
        string script
    ) => For(spec, python, options, [python.Executable, "-I", $"{Library}/{script}", .. python.Prefixes]);

    /// <summary>The same without a sandbox: every path as the host has it.</summary>
    public SandboxPlan OnHost() =>
        this with
        {
            Command = [.. Command.Select(ToHost)],
            Environment = Environment.ToDictionary(
                pair => pair.Key,
                pair => ToHost(pair.Value),
                StringComparer.Ordinal
            ),
        };

    /// <summary>Where a path of the sandbox lies on the host; the path itself when no mount covers it.</summary>
    public string ToHost(string path)
    {
        var mount = Covering(path);
        return mount is null ? path : mount.HostPath + path[mount.SandboxPath.Length..];
    }

    /// <summary>Whether a directory that a sandbox has of its own is a mount here.</summary>
    public bool Brings(string path) => Mounts.Any(mount => mount.SandboxPath == path);

    /// <summary>The innermost mount that a sandbox's path lies in.</summary>
    public SandboxMount? Covering(string path) =>
        Mounts
            .Where(mount =>
                path.StartsWith(mount.SandboxPath, StringComparison.Ordinal)
                && (path.Length == mount.SandboxPath.Length || path[mount.SandboxPath.Length] == '/')
            )
            .MaxBy(mount => mount.SandboxPath.Length);

    private static SandboxPlan For(
        SandboxSpec spec,
        PythonLocation python,
        SandboxOptions options,
        IReadOnlyList<string> command
    )
    {
        List<SandboxMount> mounts =
        [
            .. python.Prefixes.Select(prefix => new SandboxMount(prefix, prefix, Writable: false)),
        ];
        mounts.Add(new SandboxMount(PythonLibrary.Root, Library, Writable: false));
        if (PythonLibrary.DuckDb is { Length: > 0 } duckDb)
            mounts.Add(new SandboxMount(duckDb, DuckDb, Writable: false));
        mounts.AddRange(spec.Mounts);
        return new SandboxPlan
        {
            Spec = spec,
            Mounts = mounts,
            Environment = BuildEnvironment(spec, python, options),
            Command = command,
        };
    }

    private static Dictionary<string, string> BuildEnvironment(
        SandboxSpec spec,
        PythonLocation python,
        SandboxOptions options
    )
    {
        var threads = options.Cpus.ToString();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(
                ':',
                new[] { Path.GetDirectoryName(python.Executable)!, "/usr/bin", "/bin" }.Distinct()
            ),
            ["HOME"] = "/tmp",
            ["USER"] = "sandbox",
            ["LANG"] = "C.UTF-8",
            ["MPLBACKEND"] = "Agg",
            ["MPLCONFIGDIR"] = "/tmp/mpl",
            // For the Python programs that a step starts; the step itself gets the folder from the runner.
            ["PYTHONPATH"] = Library,
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PYTHONNOUSERSITE"] = "1",
            ["OMP_NUM_THREADS"] = threads,
            ["OPENBLAS_NUM_THREADS"] = threads,
            ["MKL_NUM_THREADS"] = threads,
        };
        if (PythonLibrary.DuckDb is { Length: > 0 })
            environment["LIBDUCKDB"] = DuckDb;
        foreach (var (name, value) in spec.Environment)
            environment[name] = value;
        return environment;
    }
}
