using Npgsql;
using Trainable.Server.Storage;

namespace Trainable.Server.Events;

/// <summary>
/// Writes to a PostgreSQL that may go away at any moment. A batch is written again until it is known to be there; a commit
/// whose answer was lost is looked up by the writer's mark, which the same transaction changes.
/// </summary>
internal sealed partial class PostgresBatchWriter(NpgsqlDataSource source, TimeProvider clock, ILogger logger)
    : BatchWriter
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(2);

    private readonly Guid _writer = Guid.CreateVersion7();
    private NpgsqlConnection? _connection;
    private bool _ownsMark;

    // Written by the writer's task, read by those who append.
    private volatile bool _cutOff;

    public override bool IsCutOff => _cutOff;

    private string Name => $"trainable-log-{_writer:N}";

    public override async Task<Appended[]> WriteAsync(
        IReadOnlyList<Append> batch,
        DateTime now,
        CancellationToken cancellation
    )
    {
        var mark = Guid.CreateVersion7();
        Appended[]? sent = null; // What the batch came to, once its commit has been asked for.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var connection = _connection ?? await ConnectAsync(cancellation);
                if (sent is null || !await IsMarkedAsync(connection, mark, cancellation))
                {
                    sent = null;
                    await using var transaction = await connection.BeginTransactionAsync(cancellation);
                    var landed = await SendAsync(connection, transaction, batch, mark, now, cancellation);
                    sent = landed;
                    await transaction.CommitAsync(cancellation);
                }
                if (_cutOff)
                    LogBack();
                _cutOff = false;
                return sent;
            }
            catch (Exception collided) when (PostgresFailures.IsCollision(collided))
            {
                sent = null; // Undone for certain.
            }
            catch (Exception lost)
                when (PostgresFailures.IsConnectionLost(lost) || (_connection is null && lost is NpgsqlException))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!_cutOff)
                    LogLost(lost.Message);
                _cutOff = true;
                await DisconnectAsync();
            }
            await Task.Delay(Delay(attempt), clock, cancellation);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_connection is not null && _ownsMark)
                await ExecuteAsync(
                    _connection,
                    "DELETE FROM log_writers WHERE id = $1",
                    CancellationToken.None,
                    _writer
                );
        }
        catch (NpgsqlException gone)
        {
            LogLost(gone.Message); // The mark stays; a later server sweeps it.
        }
        await DisconnectAsync();
    }

    private static TimeSpan Delay(int attempt) =>
        TimeSpan.FromTicks(Math.Min(FirstDelay.Ticks << Math.Min(attempt, 10), MaxDelay.Ticks));

    private async Task<Appended[]> SendAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyList<Append> batch,
        Guid mark,
        DateTime now,
        CancellationToken cancellation
    )
    {
        await using var rows = new PostgresRowWriter(connection, transaction);
        rows.Execute(
            "INSERT INTO log_writers (id, last_batch, written_at) VALUES (@p0, @p1, @p2)"
                + " ON CONFLICT (id) DO UPDATE SET last_batch = excluded.last_batch, written_at = excluded.written_at",
            _writer,
            mark,
            now
        );
        var appends = AppendStatements.Add(rows, batch, now);
        try
        {
            await rows.SendAsync(cancellation);
        }
        catch (PostgresException)
        {
            foreach (var append in appends)
                append.ThrowIfLost();
            throw;
        }
        return Array.ConvertAll(appends, append => append.Landed());
    }

    /// <summary>
    /// Whether the transaction with this mark was committed. Should it be in its commit even now, its hold on the writer's
    /// row makes this wait for its end.
    /// </summary>
    private async Task<bool> IsMarkedAsync(NpgsqlConnection connection, Guid mark, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT last_batch FROM log_writers WHERE id = $1 FOR UPDATE",
            connection
        )
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = _writer } },
        };
        return await command.ExecuteScalarAsync(cancellation) is Guid last && last == mark;
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await ExecuteAsync(connection, "SELECT set_config('application_name', $1, false)", cancellation, Name);
            // A lost connection may live on at the other end, with locks that would be in the way.
            await ExecuteAsync(
                connection,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name = $1 AND pid <> pg_backend_pid()",
                cancellation,
                Name
            );
            if (!_ownsMark)
                await TakeMarkAsync(connection, cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        return _connection = connection;
    }

    private async Task TakeMarkAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await ExecuteAsync(
            connection,
            "INSERT INTO log_writers (id, last_batch, written_at) VALUES ($1, $1, $2) ON CONFLICT (id) DO NOTHING",
            cancellation,
            _writer,
            now
        );
        // Servers that were killed left theirs behind. One that is only idle would miss its own.
        await ExecuteAsync(
            connection,
            "DELETE FROM log_writers WHERE written_at < $1"
                + " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity"
                + " WHERE application_name = 'trainable-log-' || replace(log_writers.id::text, '-', ''))",
            cancellation,
            now - TimeSpan.FromDays(30)
        );
        _ownsMark = true;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellation,
        params object[] values
    )
    {
#pragma warning disable CA2100 // Every statement is a constant of this file; values travel as parameters.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task DisconnectAsync()
    {
        if (_connection is null)
            return;
        // The connection goes back to the pool only when it is whole.
        await _connection.DisposeAsync();
        _connection = null;
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "PostgreSQL cannot be reached ({Cause}); what is to be written waits"
    )]
    private partial void LogLost(string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL is back; all that waited is written")]
    private partial void LogBack();
}
