using System.Data.Common;

namespace Trainable.Server.Events;

/// <summary>
/// Runs parameterised statements of the current write transaction, each prepared once and kept: the hot path of inserts,
/// past EF's change tracker. Statements use only what SQLite and PostgreSQL share.
/// </summary>
internal sealed class RowWriter(DbConnection connection) : IDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);
    private DbTransaction? _transaction;

    public void Use(DbTransaction? transaction) => _transaction = transaction;

    /// <summary>Runs a statement whose parameters are <c>@p0, @p1, …</c>; returns the rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    /// <summary>Runs a statement and returns the first column of its first row, or null when it has none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteScalar();

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this assembly; values travel as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 0; index < values.Length; index++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = $"@p{index}";
                command.Parameters.Add(parameter);
            }
            _commands.Add(sql, command);
        }
        command.Transaction = _transaction;
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        return command;
    }
}
