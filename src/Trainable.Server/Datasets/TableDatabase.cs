using System.Data.Common;
using DuckDB.NET.Data;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>What a <see cref="TableDatabase"/> may touch and use.</summary>
/// <param name="Directories">The only directories it can read and write; none may be writable by a sandbox.</param>
/// <param name="Scratch">Where it spills what does not fit in memory.</param>
/// <param name="MemoryBytes">Past it, it spills.</param>
internal sealed record TableAccess(IReadOnlyList<string> Directories, string Scratch, long MemoryBytes)
{
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>
/// An in-memory DuckDB that sees a few directories and nothing else, and whose configuration is locked. Tables in it hold
/// a column per file column under the neutral names c0, c1, …, because DuckDB folds names that differ only in case.
/// </summary>
internal sealed class TableDatabase : IDisposable
{
    /// <summary>How many times its memory a query may write to the disk.</summary>
    private const int SpilledPerMemory = 8;

    private readonly DuckDBConnection _connection = new("DataSource=:memory:");
    private readonly CancellationToken _cancellation;

    private TableDatabase(CancellationToken cancellation) => _cancellation = cancellation;

    /// <param name="access">What the database may touch.</param>
    /// <param name="cancellation">Interrupts whatever statement runs when it is cancelled.</param>
    public static TableDatabase Open(TableAccess access, CancellationToken cancellation)
    {
        var database = new TableDatabase(cancellation);
        try
        {
            database._connection.Open();
            database.Execute($"SET memory_limit = '{access.MemoryBytes / 1024} KiB'");
            database.Execute($"SET threads = {access.Threads}");
            database.Execute($"SET temp_directory = {Literal(access.Scratch)}");
            // Its own default is nine tenths of what the disk has left, and the tables are hostile.
            database.Execute($"SET max_temp_directory_size = '{SpilledPerMemory * access.MemoryBytes / 1024} KiB'");
            database.Execute($"SET allowed_directories = [{string.Join(", ", access.Directories.Select(Literal))}]");
            database.Execute("SET enable_external_access = false");
            database.Execute("SET lock_configuration = true");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public static string Literal(string text) => $"'{text.Replace("'", "''")}'";

    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>The neutral name of a column.</summary>
    public static string Column(int index) => $"c{index}";

    public void Execute(string sql) =>
        Run(
            sql,
            command =>
            {
                command.ExecuteNonQuery();
                return true;
            }
        );

    public T Scalar<T>(string sql) => Query(sql, row => row.GetFieldValue<T>(0))[0];

    public List<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        var rows = new List<T>();
        ForEach(sql, row => rows.Add(read(row)));
        return rows;
    }

    public void ForEach(string sql, Action<DbDataReader> read) =>
        Run(
            sql,
            command =>
            {
                using var reader = command.ExecuteReader();
                for (var row = 1; reader.Read(); row++)
                {
                    read(reader);
                    if ((row & 0xFFFF) == 0)
                        _cancellation.ThrowIfCancellationRequested();
                }
                return true;
            }
        );

    public void Dispose() => _connection.Dispose();

    private T Run<T>(string sql, Func<DuckDBCommand, T> run)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var registration = _cancellation.Register(command.Cancel);
        try
        {
            return run(command);
        }
        catch (DuckDBException) when (_cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancellation);
        }
        catch (DuckDBException failure) when (DiskFull.Is(failure))
        {
            throw DiskFull.Explain("the table could not be processed", failure);
        }
    }
}
