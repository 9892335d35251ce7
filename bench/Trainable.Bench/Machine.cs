using System.Globalization;
using System.Runtime.InteropServices;

namespace Trainable.Bench;

/// <summary>What the figures were taken on.</summary>
internal static class Machine
{
    /// <summary>The repository, found from where this program was built.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Programs that wanted a processor in the last minute, on average.</summary>
    public static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <param name="loadBefore">What else was going on when the rows began; their own work shows at the end.</param>
    public static string Describe(double loadBefore)
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        var day = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{day} · {Environment.ProcessorCount} cores, {model?.Split(':')[^1].Trim() ?? "processor unknown"} · "
                + $"{memory:0} GiB · {RuntimeInformation.OSDescription} · {RuntimeInformation.FrameworkDescription} · "
                + $"load average {loadBefore:0.0#} before and {Load():0.0#} at the end"
        );
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Trainable.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException("bench runs from within the repository.");
    }
}
