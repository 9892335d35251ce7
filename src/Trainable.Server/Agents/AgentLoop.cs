using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Events;
using Trainable.Server.Storage;

namespace Trainable.Server.Agents;

/// <summary>
/// Reply, tools, reply, … until the referee accepts the outputs or the budget ends. A reply is stored before its tools run
/// and each result as it ends, so the loop goes on after a crash from what is stored.
/// </summary>
internal sealed class AgentLoop(
    IModels models,
    ModelTurns turns,
    ToolCalls calls,
    StagePrompt prompt,
    EventLog log,
    LiveFeeds feeds,
    IDbContextFactory<TrainableDb> databases,
    TimeProvider clock
)
{
    private const int MaxTurns = 30;

    /// <summary>How often a reply without any tool call is answered with a reminder.</summary>
    private const int MaxReminders = 1;

    private const string Reminder =
        "The stage is not done until the referee has accepted its outputs: go on, or call finish_stage.";

    public async Task<LoopEnd> RunAsync(StageContext context, CancellationToken cancellation)
    {
        using var client = models.Open(context.Model);
        var journal = new RunJournal(log, feeds, context);
        var budget = new StageBudget(context, clock);
        var scope = new ToolScope(context, journal) { TimeLeft = () => budget.Left };
        var conversation = await LoadAsync(context, cancellation);
        var inbox = new UserInbox(databases, context, conversation);
        var leftOpen = await LeftOpen.ReadAsync(databases, context, cancellation);
        await ToolCalls.InterruptAsync(conversation, scope, leftOpen.Begun);
        var notices = leftOpen.Restore(budget, conversation);

        while (true)
        {
            // What the last reply asked for: the one just streamed, or after a restart the one that was kept.
            if (await calls.AnswerAsync(conversation, scope, cancellation) is { } accepted)
                return accepted;
            if (conversation is { Turns: > 0, Calls.Count: 0 })
            {
                if (conversation.IdleReplies > MaxReminders)
                    return new LoopEnd(
                        LoopEndReason.Stopped,
                        "the agent stopped before the referee had accepted its outputs"
                    );
                notices.Add(new ChatMessage(ChatRole.User, ReplyFlaws.Of(conversation.Messages[^1]) ?? Reminder));
            }
            if (conversation.Turns - conversation.InterruptedTurns >= MaxTurns)
                return new LoopEnd(LoopEndReason.TurnsExhausted, $"all {MaxTurns} turns were used");
            if (budget.Warning() is { } warning)
            {
                await journal.AppendAsync(EventTypes.BudgetWarning, warning, ContractJson.Default.BudgetWarning);
                notices.Add(new ChatMessage(ChatRole.User, warning.Message));
            }
            if (budget.Over)
            {
                if (budget.FinalTurnTaken)
                    return new LoopEnd(
                        LoopEndReason.BudgetExhausted,
                        $"the time budget of {budget.Describe()} ran out"
                    );
                budget.FinalTurnTaken = true;
            }
            notices.AddRange(await inbox.TakeAsync(cancellation));
            if (!await turns.AskAsync(client, scope, conversation, notices, cancellation))
                return new LoopEnd(LoopEndReason.ModelFailed, $"the model '{context.Model}' gave no usable reply");
            notices = [];
        }
    }

    private async Task<Conversation> LoadAsync(StageContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await Conversation.LoadAsync(
            db,
            context.RunId,
            await prompt.OpeningAsync(context, cancellation),
            cancellation
        );
    }
}
