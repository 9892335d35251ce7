using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

internal sealed class SqliteBatchWriter(SqliteTrainableDb db) : BatchWriter
{
    private SqliteRowWriter? _rows;

    public override async Task<Appended[]> WriteAsync(
        IReadOnlyList<Append> batch,
        DateTime now,
        CancellationToken cancellation
    )
    {
        var rows = _rows ??= await OpenAsync(cancellation);
        using var transaction = Connection.BeginTransaction();
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
        await db.DisposeAsync();
    }

    private async Task<SqliteRowWriter> OpenAsync(CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous=NORMAL;", cancellation);
        return new SqliteRowWriter(Connection);
    }

    private SqliteConnection Connection => (SqliteConnection)db.Database.GetDbConnection();
}
