using DuckDB.NET.Data;

namespace Trainable.Tests.Datasets;

/// <summary>A DuckDB of the test's own, to make Parquet and to look into it.</summary>
internal sealed class ParquetWriter : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public ParquetWriter() => _connection.Open();

    public byte[] Write(string query)
    {
        var path = Path.GetTempFileName();
        try
        {
            Write(query, path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public void Write(string query, string path) => Execute($"COPY ({query}) TO '{path}' (FORMAT parquet)");

    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public T Query<T>(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    public void Dispose() => _connection.Dispose();
}
