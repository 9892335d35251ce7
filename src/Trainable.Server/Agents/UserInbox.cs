using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>What the person writes while a stage runs reaches the model at its next turn.</summary>
internal sealed class UserInbox(
    IDbContextFactory<TrainableDb> databases,
    StageContext context,
    Conversation conversation
)
{
    private const string Prefix = "user-";

    private long _lastSeen = LastSeen(conversation);

    /// <summary>True of a message that a person wrote while the run went on.</summary>
    public static bool IsPersons(ChatMessage message) =>
        message.MessageId?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>The messages that came since the run's start and are not in its conversation yet.</summary>
    public async Task<IReadOnlyList<ChatMessage>> TakeAsync(CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var rows = await db
            .Messages.AsNoTracking()
            .Where(message =>
                message.SessionId == context.SessionId
                && message.Id > _lastSeen
                && message.Role == "user"
                && message.CreatedAt >= context.StartedAt
            )
            .OrderBy(message => message.Id)
            .Select(message => new { message.Id, message.Content })
            .ToListAsync(cancellation);
        if (rows.Count == 0)
            return [];
        _lastSeen = rows[^1].Id;
        return [.. rows.Select(row => new ChatMessage(ChatRole.User, row.Content) { MessageId = $"{Prefix}{row.Id}" })];
    }

    /// <summary>
    /// The id of the last message the conversation holds. Not a time: what was written while a reply streamed is older than
    /// the turn that reply was stored as, and no model has read it.
    /// </summary>
    private static long LastSeen(Conversation conversation) =>
        conversation
            .Messages.Select(message => message.MessageId)
            .Where(id => id is not null && id.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(id => long.Parse(id.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();
}
