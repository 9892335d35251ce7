using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>What the log says of a run that a process left behind: which calls had begun, and what had been warned of.</summary>
internal sealed class LeftOpen
{
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private readonly List<(BudgetWarning Warning, DateTime At)> _warnings = [];

    /// <summary>Ids of the calls that had begun.</summary>
    public IReadOnlySet<string> Begun => _begun;

    public static async Task<LeftOpen> ReadAsync(
        IDbContextFactory<TrainableDb> databases,
        StageContext context,
        CancellationToken cancellation
    )
    {
        var found = new LeftOpen();
        await using var db = await databases.CreateDbContextAsync(cancellation);
        await foreach (
            var item in db
                .SessionEvents.AsNoTracking()
                .Where(row => row.SessionId == context.SessionId && row.CreatedAt >= context.StartedAt)
                .Where(row => row.Type == EventTypes.ToolStart || row.Type == EventTypes.BudgetWarning)
                .OrderBy(row => row.Seq)
                .AsAsyncEnumerable()
                .WithCancellation(cancellation)
        )
        {
            if (item.Type == EventTypes.ToolStart)
                found._begun.Add(JsonSerializer.Deserialize(item.Data, ContractJson.Default.ToolStarted)!.CallId ?? "");
            else
                found._warnings.Add(
                    (JsonSerializer.Deserialize(item.Data, ContractJson.Default.BudgetWarning)!, item.CreatedAt)
                );
        }
        return found;
    }

    /// <summary>Warnings that were given are not given again; returns those that the model has yet to be told.</summary>
    public List<ChatMessage> Restore(StageBudget budget, Conversation conversation)
    {
        var notices = new List<ChatMessage>();
        foreach (var (given, at) in _warnings)
        {
            var answered = conversation.LastTurnAt > at;
            budget.Restore(given, answered);
            if (!answered)
                notices.Add(new ChatMessage(ChatRole.User, given.Message));
        }
        return notices;
    }
}
