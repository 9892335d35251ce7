using Microsoft.Data.Sqlite;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

/// <param name="file">Of the database, which is there.</param>
internal sealed class SqliteBatchWriter(string file) : BatchWriter
{
    private readonly SqliteConnection _connection = new(SqliteTrainableDb.ConnectionString(file));
    private SqliteRowWriter? _rows;

    public override async Task<Appended[]> WriteAsync(
        IReadOnlyList<Append> batch,
        DateTime now,
        CancellationToken cancellation
    )
    {
        var rows = _rows ??= await OpenAsync(cancellation);
        using var transaction = _connection.BeginTransaction();
        rows.Use(transaction);
        try
        {
            var appends = AppendStatements.Add(rows, batch, now);
            transaction.Commit();
            return Array.ConvertAll(appends, append => append.Landed());
        }
        finally
        {
            rows.Use(null);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _rows?.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task<SqliteRowWriter> OpenAsync(CancellationToken cancellation)
    {
        await _connection.OpenAsync(cancellation);
        await using var pragma = _connection.CreateCommand();
        pragma.CommandText = "PRAGMA synchronous=NORMAL";
        await pragma.ExecuteNonQueryAsync(cancellation);
        return new SqliteRowWriter(_connection);
    }
}
