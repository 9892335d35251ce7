using Npgsql;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

/// <summary>
/// Gathers the statements of one transaction and sends them together: one round trip, however many there are. The connection
/// prepares by itself what it sees again.
/// </summary>
internal sealed class PostgresRowWriter(NpgsqlConnection connection, NpgsqlTransaction transaction)
    : RowWriter,
        IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = new(connection, transaction) { Timeout = 120 };
    private readonly List<Returned> _wanted = [];

    public override void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        for (var index = 0; index < values.Length; index++)
            command.Parameters.Add(Parameter($"p{index}", values[index]));
        _batch.BatchCommands.Add(command);
    }

    public override Returned Query(string sql, params ReadOnlySpan<object?> values)
    {
        Execute(sql, values);
        var returned = new Returned();
        _wanted.Add(returned);
        return returned;
    }

    public override void InsertMany(string table, params ReadOnlySpan<RowColumn> columns)
    {
        var all = columns.ToArray();
        var names = string.Join(", ", all.Select(column => column.Name));
        var places = string.Join(", ", Enumerable.Range(0, all.Length).Select(index => $"@p{index}"));
        // One statement whatever the number of rows: the server takes a column as an array.
        Execute(
            $"INSERT INTO {table} ({names}) SELECT * FROM unnest({places})",
            [.. all.Select(column => column.Values)]
        );
    }

    /// <summary>Sends what was added and takes what it returns.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        await using var reader = await _batch.ExecuteReaderAsync(cancellation);
        // Statements without a result are passed over, so that results come in the order of the queries.
        foreach (var returned in _wanted)
        {
            returned.Set(await reader.ReadAsync(cancellation) ? reader.GetValue(0) : null);
            await reader.NextResultAsync(cancellation);
        }
        while (await reader.NextResultAsync(cancellation)) { }
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static NpgsqlParameter Parameter(string name, object? value) =>
        value switch
        {
            null => new NpgsqlParameter(name, DBNull.Value),
            string text => new NpgsqlParameter<string>(name, PostgresText.Storable(text)),
            string?[] texts => new NpgsqlParameter<string?[]>(
                name,
                Array.ConvertAll(texts, text => text is null ? null : PostgresText.Storable(text))
            ),
            Guid id => new NpgsqlParameter<Guid>(name, id),
            long number => new NpgsqlParameter<long>(name, number),
            int number => new NpgsqlParameter<int>(name, number),
            bool flag => new NpgsqlParameter<bool>(name, flag),
            double number => new NpgsqlParameter<double>(name, number),
            DateTime time => new NpgsqlParameter<DateTime>(name, time),
            _ => new NpgsqlParameter(name, value),
        };
}
