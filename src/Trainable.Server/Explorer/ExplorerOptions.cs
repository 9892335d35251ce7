using System.Globalization;
using Trainable.Server.Platform;

namespace Trainable.Server.Explorer;

/// <summary>What one query may use. Every mistake is reported, not just the first.</summary>
internal sealed record ExplorerOptions
{
    public const string MemoryKey = "TRAINABLE_EXPLORER_MEMORY";
    public const string TimeoutKey = "TRAINABLE_EXPLORER_TIMEOUT";

    private const long SmallestMemory = 128L << 20;
    private const double LongestTimeout = 3_600;

    /// <summary>What DuckDB counts as its memory; past it, it spills to the disk.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>How long one query may run; a download may take ten times that.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Characters of a cell that are shown.</summary>
    public int CellCharacters { get; init; } = 2_000;

    /// <summary>How long a sandbox stays warm after its last query.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many sessions' sandboxes stay warm.</summary>
    public int Warm { get; init; } = 4;

    /// <summary>Bytes of a result that is downloaded.</summary>
    public long ExportBytes { get; init; } = 8L << 30;

    /// <exception cref="UserFacingException">One or more settings are wrong; the message names each.</exception>
    public static ExplorerOptions Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var options = new ExplorerOptions();
        if (configuration[MemoryKey] is { Length: > 0 } memory)
        {
            if (ByteSize.Parse(memory) is { } bytes && bytes >= SmallestMemory)
                options = options with { MemoryBytes = bytes };
            else
                mistakes.Add($"{MemoryKey} is '{memory}'; use a size of at least 128M, such as 1G.");
        }
        if (configuration[TimeoutKey] is { Length: > 0 } timeout)
        {
            if (
                double.TryParse(timeout, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                && seconds is > 0 and <= LongestTimeout
            )
                options = options with { Timeout = TimeSpan.FromSeconds(seconds) };
            else
                mistakes.Add($"{TimeoutKey} is '{timeout}'; use seconds, more than 0 and at most 3600.");
        }
        return mistakes is [] ? options : throw new UserFacingException(string.Join(' ', mistakes));
    }
}
