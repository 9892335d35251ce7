using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Trainable.Server.Events;

/// <summary>
/// An INSERT of many rows of a table, past ADO.NET: a script's metrics come by the ten thousand a second on a processor that
/// they share with the script, and a command spends more time on its parameters than SQLite does on the row.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteInsert(SqliteConnection connection, string table, ReadOnlySpan<RowColumn> columns)
    {
        _connection = connection;
        var names = string.Join(", ", columns.ToArray().Select(column => column.Name));
        var places = string.Join(", ", Enumerable.Repeat("?", columns.Length));
        var sql = $"INSERT INTO {table} ({names}) VALUES ({places})";
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out _statement));
    }

    public void Run(ReadOnlySpan<RowColumn> columns)
    {
        for (var row = 0; row < columns[0].Values.Length; row++)
        {
            for (var column = 0; column < columns.Length; column++)
                Bind(column + 1, columns[column].Values, row);
            var result = raw.sqlite3_step(_statement);
            raw.sqlite3_reset(_statement);
            Check(result);
        }
        raw.sqlite3_clear_bindings(_statement);
    }

    public void Dispose() => _statement.Dispose();

    // What is bound stays so from row to row: only what differs from the row before is bound again. The texts are those of
    // Microsoft.Data.Sqlite.
    private void Bind(int place, Array values, int row)
    {
        switch (values)
        {
            case long[] numbers:
                Check(raw.sqlite3_bind_int64(_statement, place, numbers[row]));
                break;
            case double?[] numbers:
                Check(
                    numbers[row] is { } number
                        ? raw.sqlite3_bind_double(_statement, place, number)
                        : raw.sqlite3_bind_null(_statement, place)
                );
                break;
            case string?[] texts:
                if (row == 0 || texts[row] != texts[row - 1])
                    Bind(place, texts[row]);
                break;
            case Guid[] ids:
                if (row == 0 || ids[row] != ids[row - 1])
                    Bind(place, ids[row].ToString().ToUpperInvariant());
                break;
            case DateTime[] times:
                if (row == 0 || times[row] != times[row - 1])
                    Bind(place, times[row].ToString(@"yyyy\-MM\-dd HH\:mm\:ss.FFFFFFF", null));
                break;
            default:
                throw new ArgumentException(
                    $"A column of {values.GetType().GetElementType()} cannot be inserted.",
                    nameof(values)
                );
        }
    }

    private void Bind(int place, string? text) =>
        Check(text is null ? raw.sqlite3_bind_null(_statement, place) : raw.sqlite3_bind_text(_statement, place, text));

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, _connection.Handle);
    }
}
