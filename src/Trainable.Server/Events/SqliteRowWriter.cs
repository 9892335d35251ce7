using Microsoft.Data.Sqlite;

namespace Trainable.Server.Events;

/// <summary>Runs each statement at once; each is prepared once and kept.</summary>
internal sealed class SqliteRowWriter(SqliteConnection connection) : RowWriter, IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteInsert> _inserts = new(StringComparer.Ordinal);
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
        if (!_inserts.TryGetValue(table, out var insert))
            _inserts.Add(table, insert = new SqliteInsert(connection.Handle!, table, columns));
        insert.Run(columns);
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        foreach (var insert in _inserts.Values)
            insert.Dispose();
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
