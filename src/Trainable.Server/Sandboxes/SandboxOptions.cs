using System.Globalization;
using System.Text.RegularExpressions;
using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes;

internal enum SandboxMode
{
    /// <summary>Isolated with bubblewrap; nothing runs where that does not work.</summary>
    Isolated,

    /// <summary>Isolated in containers of Podman's.</summary>
    Container,

    /// <summary>No isolation at all: for machines that cannot have it and data and models that are trusted.</summary>
    Unsafe,
}

/// <summary>How sandboxes run here. Read once from the configuration; every mistake is reported, not just the first.</summary>
internal sealed partial record SandboxOptions
{
    public const string ModeKey = "TRAINABLE_SANDBOX";
    public const string MemoryKey = "TRAINABLE_SANDBOX_MEMORY";
    public const string CpusKey = "TRAINABLE_SANDBOX_CPUS";
    public const string StepTimeoutKey = "TRAINABLE_STEP_TIMEOUT";

    public const string StepCpuKey = "TRAINABLE_STEP_CPU";
    public const string MetricsKey = "TRAINABLE_STEP_METRICS";
    public const string DiskKey = "TRAINABLE_SANDBOX_DISK";
    public const string FilesKey = "TRAINABLE_SANDBOX_FILES";
    public const string IdleKey = "TRAINABLE_SANDBOX_IDLE";
    public const string WarmKey = "TRAINABLE_SANDBOX_WARM";
    public const string WarmMemoryKey = "TRAINABLE_SANDBOX_WARM_MEMORY";
    public const string PreloadKey = "TRAINABLE_SANDBOX_PRELOAD";

    private const long SmallestMemory = 512L << 20;
    private const long SmallestMetrics = 1L << 20;
    private const long SmallestDisk = 100L << 20;
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(7);

    public SandboxMode Mode { get; init; } = SandboxMode.Isolated;

    /// <summary>Memory of all processes of one sandbox together, its tmpfs files included.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Threads that numeric libraries use, and the CPU time a sandbox may take where control groups can cap it.</summary>
    public int Cpus { get; init; } = Environment.ProcessorCount;

    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>CPU time of all processes of a step together; null for none but the wall clock's.</summary>
    public TimeSpan? StepCpu { get; init; }

    /// <summary>Bytes of metric lines that are kept of a step; over a million lines of the common kind.</summary>
    public long MetricBytes { get; init; } = 64L << 20;

    /// <summary>What a session's files may take of the disk.</summary>
    public long DiskBytes { get; init; } = new StepLimits().DiskBytes;

    /// <summary>How many files, folders and links a session may have.</summary>
    public long DiskFiles { get; init; } = new StepLimits().DiskFiles;

    /// <summary>How long a session's sandbox stays warm with nothing to do.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many sessions' sandboxes stay warm at once; the one idle longest makes room. Each holds some 170 MB, most of it
    /// its own copy of the imported packages.
    /// </summary>
    public int Warm { get; init; } = 16;

    /// <summary>What the sandboxes that wait may hold together, files that scripts left in <c>/tmp</c> among it.</summary>
    public long WarmBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>What runners import before the first script; null for their own list.</summary>
    public string? PreloadModules { get; init; }

    /// <summary>
    /// Import pandas, scikit-learn and matplotlib when a sandbox opens. Steps then start in milliseconds; without, the sandbox
    /// does, and each step imports what it uses.
    /// </summary>
    public bool Preload { get; init; } = true;

    /// <summary>How long a runner may take to import its packages; a cold disk makes 1 s into many.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The limits of a step that asks for none of its own.</summary>
    public StepLimits StepLimits =>
        new()
        {
            WallClock = StepTimeout,
            MemoryBytes = MemoryBytes,
            CpuTime = StepCpu,
            DiskBytes = DiskBytes,
            DiskFiles = DiskFiles,
        };

    /// <exception cref="UserFacingException">One or more settings are wrong; the message names each.</exception>
    public static SandboxOptions Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var options = new SandboxOptions();
        if (configuration[ModeKey] is { Length: > 0 } mode)
            options = options with { Mode = ReadMode(mode, mistakes) };
        if (configuration[MemoryKey] is { Length: > 0 } memory)
            options = options with { MemoryBytes = ReadMemory(MemoryKey, memory, mistakes) };
        if (configuration[CpusKey] is { Length: > 0 } cpus)
            options = options with { Cpus = ReadCount(CpusKey, cpus, 1, 1024, mistakes) };
        if (configuration[StepTimeoutKey] is { Length: > 0 } timeout)
            options = options with { StepTimeout = ReadSeconds(StepTimeoutKey, timeout, mistakes) };
        if (configuration[StepCpuKey] is { Length: > 0 } cpu)
            options = options with { StepCpu = ReadSeconds(StepCpuKey, cpu, mistakes) };
        if (configuration[DiskKey] is { Length: > 0 } disk)
            options = options with { DiskBytes = ReadDisk(disk, mistakes) };
        if (configuration[MetricsKey] is { Length: > 0 } metrics)
            options = options with { MetricBytes = ReadMetrics(metrics, mistakes) };
        if (configuration[FilesKey] is { Length: > 0 } files)
            options = options with { DiskFiles = ReadCount(FilesKey, files, 1_000, 100_000_000, mistakes) };
        if (configuration[IdleKey] is { Length: > 0 } idle)
            options = options with { Idle = ReadSeconds(IdleKey, idle, mistakes) };
        if (configuration[WarmKey] is { Length: > 0 } warm)
            options = options with { Warm = ReadCount(WarmKey, warm, 1, 1024, mistakes) };
        if (configuration[WarmMemoryKey] is { Length: > 0 } warmMemory)
            options = options with { WarmBytes = ReadMemory(WarmMemoryKey, warmMemory, mistakes) };
        if (configuration[PreloadKey] is { Length: > 0 } preload)
            options = ReadPreload(options, preload, mistakes);
        return mistakes is [] ? options : throw new UserFacingException(string.Join(' ', mistakes));
    }

    private static SandboxMode ReadMode(string text, List<string> mistakes)
    {
        switch (text.ToLowerInvariant())
        {
            case "local" or "bubblewrap":
                return SandboxMode.Isolated;
            case "container" or "podman":
                return SandboxMode.Container;
            case "unsafe":
                return SandboxMode.Unsafe;
            default:
                mistakes.Add($"{ModeKey} is '{text}'; use 'local', 'container' or 'unsafe'.");
                return default;
        }
    }

    private static long ReadMemory(string key, string text, List<string> mistakes)
    {
        var bytes = ByteSize.Parse(text);
        if (bytes is null or < SmallestMemory)
            mistakes.Add($"{key} is '{text}'; use a size of at least 512M, such as 4G.");
        return bytes ?? 0;
    }

    private static long ReadDisk(string text, List<string> mistakes)
    {
        var bytes = ByteSize.Parse(text);
        if (bytes is null or < SmallestDisk)
            mistakes.Add($"{DiskKey} is '{text}'; use a size of at least 100M, such as 32G.");
        return bytes ?? 0;
    }

    private static long ReadMetrics(string text, List<string> mistakes)
    {
        var bytes = ByteSize.Parse(text);
        if (bytes is null or < SmallestMetrics)
            mistakes.Add($"{MetricsKey} is '{text}'; use a size of at least 1M, such as 64M.");
        return bytes ?? 0;
    }

    private static SandboxOptions ReadPreload(SandboxOptions options, string text, List<string> mistakes)
    {
        if (text is "none")
            return options with { Preload = false };
        if (!ModuleNames().IsMatch(text))
            mistakes.Add($"{PreloadKey} is '{text}'; use module names with commas between them, or 'none'.");
        return options with { PreloadModules = text };
    }

    private static int ReadCount(string key, string text, int least, int most, List<string> mistakes)
    {
        if (!int.TryParse(text, NumberStyles.None, null, out var count) || count < least || count > most)
            mistakes.Add($"{key} is '{text}'; use a whole number from {least} to {most}.");
        return count;
    }

    private static TimeSpan ReadSeconds(string key, string text, List<string> mistakes)
    {
        if (
            double.TryParse(text, NumberStyles.AllowDecimalPoint, null, out var seconds)
            && seconds > 0
            && seconds <= LongestStep.TotalSeconds
        )
            return TimeSpan.FromSeconds(seconds);
        mistakes.Add($"{key} is '{text}'; use seconds, more than 0 and at most {LongestStep.TotalSeconds:F0}.");
        return TimeSpan.Zero;
    }

    [GeneratedRegex(@"^[\w.]+(,[\w.]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModuleNames();
}
