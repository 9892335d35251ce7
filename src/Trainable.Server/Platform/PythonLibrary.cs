namespace Trainable.Server.Platform;

/// <summary>The project's own Python (<c>python/</c>), beside the server's binaries or named by <c>TRAINABLE_PYTHON_LIB</c>.</summary>
internal static class PythonLibrary
{
    /// <summary>Holds <c>trainable/</c>, <c>trainable_runner/</c>, <c>referee/</c>, <c>playbooks/</c>, <c>libduckdb/</c>, <c>fastparquet/</c>, <c>explorer/</c>.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("TRAINABLE_PYTHON_LIB") is { Length: > 0 } named
            ? named
            : Path.Combine(AppContext.BaseDirectory, "python");

    /// <summary>libduckdb as DuckDB.NET ships it; the Parquet stand-in loads it inside the sandbox.</summary>
    public static string DuckDb { get; } =
        new[]
        {
            Path.Combine(AppContext.BaseDirectory, "libduckdb.so"),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libduckdb.so"),
        }.FirstOrDefault(File.Exists)
        ?? "";
}
