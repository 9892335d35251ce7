using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Trainable.Contracts;
using Trainable.Server.Agents.Budgets;
using Trainable.Server.Agents.Models;
using Trainable.Server.Agents.Models.External;
using Trainable.Server.Agents.Models.Replay;
using Trainable.Server.Agents.Recordings;
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
    RecordedRuns recordings,
    EventLog log,
    LiveFeeds feeds,
    IDbContextFactory<TrainableDb> databases,
    TimeProvider clock
)
{
    /// <summary>How often a reply without any tool call is answered with a reminder.</summary>
    private const int MaxReminders = 1;

    private const string Reminder =
        "The stage is not done until the referee has accepted its outputs: go on, or call finish_stage.";

    /// <summary>What a model is told at the start of a conversation about a stage that is over.</summary>
    private const string ChatOpening =
        "The stage is over; this is a conversation about it. Answer the user. You may look at files and run scripts, whose "
        + "directory is now the session's chat/; change nothing in the stages' own directories. Nothing is handed in.";

    public async Task<LoopEnd> RunAsync(StageContext context, CancellationToken cancellation)
    {
        var recording = await recordings.OfAsync(context, cancellation);
        var journal = new RunJournal(log, feeds, context);
        var (conversation, budget) = await LoadAsync(context, cancellation);
        using var client = recording is null
            ? models.Open(context.Model)
            : new ReplayChatClient(() => recording.Reply(conversation.Turns));
        client.GetService<ExternalChatClient>()?.Begin(context);
        if (budget.IsSpentAlready)
            return new LoopEnd(LoopEndReason.BudgetExhausted, $"{budget.Exceeded!.Name()} is used up; raise it");
        var inbox = new UserInbox(databases, context, conversation);
        var window = turns.WindowOf(context);
        var leftOpen = await LeftOpen.ReadAsync(databases, context, cancellation);
        var scope = new ToolScope(context, journal)
        {
            Budget = budget,
            Recording = recording,
            Begun = leftOpen.Begun,
        };
        await calls.InterruptAsync(conversation, scope);
        var notices = leftOpen.Restore(budget, conversation);

        if (context.IsChat && conversation.Turns == 0)
            notices.Add(new ChatMessage(ChatRole.User, ChatOpening));

        while (true)
        {
            // What the last reply asked for: the one just streamed, or after a restart the one that was kept.
            if (await calls.AnswerAsync(conversation, scope, cancellation) is { } accepted)
                return accepted;
            if (RepeatedFailures.ReasonToStop(conversation) is { } stuck)
                return new LoopEnd(LoopEndReason.Stuck, stuck);
            if (conversation is { Turns: > 0, Calls.Count: 0 })
            {
                if (context.IsChat && ReplyFlaws.Of(conversation.Messages[^1]) is null)
                    return new LoopEnd(LoopEndReason.Answered, "answered");
                if (conversation.IdleReplies > MaxReminders)
                    return new LoopEnd(
                        LoopEndReason.Stopped,
                        "the agent stopped before the referee had accepted its outputs"
                    );
                notices.Add(new ChatMessage(ChatRole.User, ReplyFlaws.Of(conversation.Messages[^1]) ?? Reminder));
            }
            foreach (var warning in budget.Warnings())
            {
                await journal.AppendAsync(EventTypes.BudgetWarning, warning, ContractJson.Default.BudgetWarning);
                notices.Add(new ChatMessage(ChatRole.User, warning.Message));
            }
            if (budget.Exceeded is { } exceeded)
            {
                if (budget.FinalTurnTaken)
                    return new LoopEnd(LoopEndReason.BudgetExhausted, exceeded.EndSentence);
                budget.FinalTurnTaken = true;
            }
            if (recording is not null)
            {
                if (conversation.Turns >= recording.Replies)
                    return LoopEnd.Of(recording);
                await recordings.SayAsync(recording, conversation.Turns, context, journal, cancellation);
            }
            notices.AddRange(await inbox.TakeAsync(cancellation));
            switch (await turns.AskAsync(client, scope, conversation, notices, window, cancellation))
            {
                case Asked.NothingCame:
                    return new LoopEnd(LoopEndReason.ModelFailed, $"the model '{context.Model}' gave no usable reply");
                case Asked.OutOfTime:
                    return new LoopEnd(
                        LoopEndReason.BudgetExhausted,
                        $"the model was still answering when {budget.Exceeded?.Name() ?? "its time"} ran out"
                    );
            }
            notices = [];
        }
    }

    private async Task<(Conversation, StageBudget)> LoadAsync(StageContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var conversation = await Conversation.LoadAsync(
            db,
            context.RunId,
            await prompt.OpeningAsync(context, cancellation),
            cancellation
        );
        var budget = new StageBudget(
            context,
            clock,
            await Spent.OfRunAsync(db, context.RunId, cancellation),
            await Spent.OfSessionAsync(db, context.SessionId, context.RunId, cancellation)
        );
        budget.Forgive(conversation.InterruptedTurns);
        return (conversation, budget);
    }
}
