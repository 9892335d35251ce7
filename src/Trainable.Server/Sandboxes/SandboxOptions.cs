using System.Globalization;
using Trainable.Server.Platform;

namespace Trainable.Server.Sandboxes;

internal enum SandboxMode
{
    /// <summary>Isolated with bubblewrap; nothing runs where that does not work.</summary>
    Isolated,

    /// <summary>No isolation at all: for machines that cannot have it and data and models that are trusted.</summary>
    Unsafe,
}

/// <summary>How sandboxes run here. Read once from the configuration; every mistake is reported, not just the first.</summary>
internal sealed record SandboxOptions
{
    public const string ModeKey = "TRAINABLE_SANDBOX";
    public const string MemoryKey = "TRAINABLE_SANDBOX_MEMORY";
    public const string CpusKey = "TRAINABLE_SANDBOX_CPUS";
    public const string StepTimeoutKey = "TRAINABLE_STEP_TIMEOUT";

    private const long SmallestMemory = 512L << 20;
    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(7);

    public SandboxMode Mode { get; init; } = SandboxMode.Isolated;

    /// <summary>Memory of all processes of one sandbox together, its tmpfs files included.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Threads that numeric libraries use, and the CPU time a sandbox may take where control groups can cap it.</summary>
    public int Cpus { get; init; } = Environment.ProcessorCount;

    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>
    /// Import pandas, scikit-learn and matplotlib when a sandbox opens. Steps then start in milliseconds; without, the sandbox
    /// does, and each step imports what it uses.
    /// </summary>
    public bool Preload { get; init; } = true;

    /// <summary>How long a runner may take to import its packages; a cold disk makes 1 s into many.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The limits of a step that asks for none of its own.</summary>
    public StepLimits StepLimits => new() { WallClock = StepTimeout, MemoryBytes = MemoryBytes };

    /// <exception cref="UserFacingException">One or more settings are wrong; the message names each.</exception>
    public static SandboxOptions Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var options = new SandboxOptions();
        if (configuration[ModeKey] is { Length: > 0 } mode)
            options = options with { Mode = ReadMode(mode, mistakes) };
        if (configuration[MemoryKey] is { Length: > 0 } memory)
            options = options with { MemoryBytes = ReadMemory(memory, mistakes) };
        if (configuration[CpusKey] is { Length: > 0 } cpus)
            options = options with { Cpus = ReadCpus(cpus, mistakes) };
        if (configuration[StepTimeoutKey] is { Length: > 0 } timeout)
            options = options with { StepTimeout = ReadTimeout(timeout, mistakes) };
        return mistakes is [] ? options : throw new UserFacingException(string.Join(' ', mistakes));
    }

    private static SandboxMode ReadMode(string text, List<string> mistakes)
    {
        switch (text.ToLowerInvariant())
        {
            case "local" or "bubblewrap":
                return SandboxMode.Isolated;
            case "unsafe":
                return SandboxMode.Unsafe;
            default:
                mistakes.Add($"{ModeKey} is '{text}'; use 'local' or 'unsafe'.");
                return default;
        }
    }

    private static long ReadMemory(string text, List<string> mistakes)
    {
        var bytes = ByteSize.Parse(text);
        if (bytes is null or < SmallestMemory)
            mistakes.Add($"{MemoryKey} is '{text}'; use a size of at least 512M, such as 4G.");
        return bytes ?? 0;
    }

    private static int ReadCpus(string text, List<string> mistakes)
    {
        if (!int.TryParse(text, NumberStyles.None, null, out var cpus) || cpus is < 1 or > 1024)
            mistakes.Add($"{CpusKey} is '{text}'; use a whole number from 1 to 1024.");
        return cpus;
    }

    private static TimeSpan ReadTimeout(string text, List<string> mistakes)
    {
        if (
            double.TryParse(text, NumberStyles.AllowDecimalPoint, null, out var seconds)
            && seconds > 0
            && seconds <= LongestStep.TotalSeconds
        )
            return TimeSpan.FromSeconds(seconds);
        mistakes.Add(
            $"{StepTimeoutKey} is '{text}'; use seconds, more than 0 and at most {LongestStep.TotalSeconds:F0}."
        );
        return TimeSpan.Zero;
    }
}
