using System.Globalization;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>How much an upload may hold and what reading it may use. Every mistake is reported, not just the first.</summary>
internal sealed record DatasetOptions
{
    public const string MaxUploadKey = "TRAINABLE_MAX_UPLOAD";
    public const string MemoryKey = "TRAINABLE_DATASET_MEMORY";

    private const long SmallestMemory = 256L << 20;

    /// <summary>Bytes of all files of one upload together, and of what a compressed file unpacks to.</summary>
    public long MaxUploadBytes { get; init; } = 5L << 30;

    public int MaxFiles { get; init; } = 100_000;

    /// <summary>Memory DuckDB may take for one table; past it, it spills to the disk.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <exception cref="UserFacingException">One or more settings are wrong; the message names each.</exception>
    public static DatasetOptions Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var defaults = new DatasetOptions();
        var options = defaults with
        {
            MaxUploadBytes = Size(configuration, MaxUploadKey, 1, defaults.MaxUploadBytes, mistakes),
            MemoryBytes = Size(configuration, MemoryKey, SmallestMemory, defaults.MemoryBytes, mistakes),
        };
        return mistakes is [] ? options : throw new UserFacingException(string.Join(' ', mistakes));
    }

    private static long Size(IConfiguration configuration, string key, long least, long fallback, List<string> mistakes)
    {
        if (configuration[key] is not { Length: > 0 } text)
            return fallback;
        if (ByteSize.Parse(text) is { } bytes && bytes >= least)
            return bytes;
        mistakes.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{key} is '{text}'; use a size of at least {ByteSize.Format(least)}, such as 5G."
            )
        );
        return fallback;
    }
}
