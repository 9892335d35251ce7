using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Trainable.Contracts;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>
/// A session's messages, read past EF: they are thousands, and a page waits for them. Statements use only what SQLite and
/// PostgreSQL share.
/// </summary>
internal static class MessageRows
{
    /// <summary>Reads in the context's current transaction; its connection must be open.</summary>
    public static async Task<IReadOnlyList<MessageItem>> ReadAsync(
        TrainableDb db,
        Guid session,
        CancellationToken cancellation
    )
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText =
            "SELECT id, role, content, metadata, created_at FROM messages WHERE session_id = @session ORDER BY id";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@session";
        parameter.Value = session;
        command.Parameters.Add(parameter);
        var items = new List<MessageItem>();
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            items.Add(
                new MessageItem
                {
                    Id = rows.GetInt64(0),
                    Role = rows.GetString(1),
                    Content = rows.GetString(2),
                    Metadata = new RawJson(rows.GetString(3)),
                    CreatedAt = DateTime.SpecifyKind(rows.GetDateTime(4), DateTimeKind.Utc),
                }
            );
        }
        return items;
    }
}
