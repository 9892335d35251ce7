using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Trainable.Server.Events;

/// <summary>
/// A prepared insert of many rows, bound and run by SQLite's own functions: a command with parameter objects takes several
/// times as long for each row, and metrics come by the tens of thousands a second. A table always gets the same columns.
/// </summary>
internal sealed class SqliteInsert : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteInsert(sqlite3 database, string table, ReadOnlySpan<RowColumn> columns)
    {
        _database = database;
        var names = string.Join(", ", columns.ToArray().Select(column => column.Name));
        var places = string.Join(", ", Enumerable.Repeat("?", columns.Length));
        Check(
            raw.sqlite3_prepare_v2(database, $"INSERT INTO {table} ({names}) VALUES ({places})", out _statement),
            raw.SQLITE_OK
        );
    }

    /// <exception cref="SqliteException">A row was refused; the transaction holds those before it.</exception>
    public void Run(ReadOnlySpan<RowColumn> columns)
    {
        for (var row = 0; row < columns[0].Values.Length; row++)
        {
            for (var column = 0; column < columns.Length; column++)
            {
                // What was bound stays bound.
                if (row == 0 || !columns[column].IsSame)
                    Check(Bind(column + 1, columns[column].Values, row), raw.SQLITE_OK);
            }
            var stepped = raw.sqlite3_step(_statement);
            raw.sqlite3_reset(_statement);
            Check(stepped, raw.SQLITE_DONE);
        }
    }

    public void Dispose() => _statement.Dispose();

    /// <summary>Ids and times become the text that Microsoft.Data.Sqlite writes and reads.</summary>
    private int Bind(int place, Array values, int row) =>
        values switch
        {
            long[] numbers => raw.sqlite3_bind_int64(_statement, place, numbers[row]),
            double?[] numbers when numbers[row] is { } number => raw.sqlite3_bind_double(_statement, place, number),
            string?[] texts when texts[row] is { } text => raw.sqlite3_bind_text(_statement, place, text),
            Guid[] ids => raw.sqlite3_bind_text(_statement, place, ids[row].ToString().ToUpperInvariant()),
            DateTime[] times => raw.sqlite3_bind_text(_statement, place, Text(times[row])),
            double?[] or string?[] => raw.sqlite3_bind_null(_statement, place),
            _ => throw new ArgumentException($"There is no column of {values.GetType()}.", nameof(values)),
        };

    private static string Text(DateTime time) =>
        time.ToString(@"yyyy\-MM\-dd HH\:mm\:ss.FFFFFFF", CultureInfo.InvariantCulture);

    private void Check(int result, int expected)
    {
        if (result != expected)
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}
