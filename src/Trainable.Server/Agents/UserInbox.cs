using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>What the person writes while a stage runs reaches the model at its next turn.</summary>
internal sealed class UserInbox(IDbContextFactory<TrainableDb> databases, StageContext context, DateTime? seenUntil)
{
    private long _lastSeen;

    /// <summary>The messages that came since the last call (at first since the run's start, or since its last stored turn).</summary>
    public async Task<IReadOnlyList<ChatMessage>> TakeAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db
            .Messages.AsNoTracking()
            .Where(message =>
                message.SessionId == context.SessionId
                && message.Id > _lastSeen
                && message.Role == "user"
                && message.CreatedAt >= (seenUntil ?? context.StartedAt)
            )
            .OrderBy(message => message.Id)
            .Select(message => new { message.Id, message.Content })
            .ToListAsync(cancellation);
        if (rows.Count == 0)
            return [];
        _lastSeen = rows[^1].Id;
        return [.. rows.Select(row => new ChatMessage(ChatRole.User, row.Content))];
    }
}
