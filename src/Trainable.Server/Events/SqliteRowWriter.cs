using Microsoft.Data.Sqlite;

namespace Trainable.Server.Events;

/// <summary>Runs each statement at once; each is prepared once and kept.</summary>
internal sealed class SqliteRowWriter(SqliteConnection connection) : RowWriter, IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    public void Use(SqliteTransaction? transaction) => _transaction = transaction;

    public override void Execute(string sql, params ReadOnlySpan<object?> values) =>
        Prepare(sql, values).ExecuteNonQuery();

    public override Returned Query(string sql, params ReadOnlySpan<object?> values)
    {
        var returned = new Returned();
        returned.Set(Prepare(sql, values).ExecuteScalar());
        return returned;
    }

    public override void InsertMany(string table, params ReadOnlySpan<RowColumn> columns)
    {
        var names = string.Join(", ", columns.ToArray().Select(column => column.Name));
        var places = string.Join(", ", Enumerable.Range(0, columns.Length).Select(index => $"@p{index}"));
        var sql = $"INSERT INTO {table} ({names}) VALUES ({places})";
        var command = Prepare(sql, new object?[columns.Length]);
        for (var row = 0; row < columns[0].Values.Length; row++)
        {
            for (var column = 0; column < columns.Length; column++)
                command.Parameters[column].Value = columns[column].Values.GetValue(row) ?? DBNull.Value;
            command.ExecuteNonQuery();
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is made of constants of this assembly; values travel as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 0; index < values.Length; index++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"@p{index}" });
            _commands.Add(sql, command);
        }
        command.Transaction = _transaction;
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        return command;
    }
}
